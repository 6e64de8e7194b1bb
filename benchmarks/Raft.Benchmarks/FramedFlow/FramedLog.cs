namespace Raft.Benchmarks.FramedFlow;

/// <summary>The latest payloads by index, in a ring, each a slice of the frame in which it arrived.</summary>
internal sealed class FramedLog
{
    /// <summary>A power of two, for at least the 100,000 entries that the other systems keep.</summary>
    public const int Capacity = 1 << 17;

    private const int Mask = Capacity - 1;

    private readonly ArraySegment<byte>[] _entries = new ArraySegment<byte>[Capacity];
    private long _lastIndex;

    public long LastIndex => Volatile.Read(ref _lastIndex);

    public ArraySegment<byte> this[long index] => _entries[index & Mask];

    public void Append(ArraySegment<byte> payload)
    {
        _entries[(_lastIndex + 1) & Mask] = payload;
        Volatile.Write(ref _lastIndex, _lastIndex + 1);
    }
}
