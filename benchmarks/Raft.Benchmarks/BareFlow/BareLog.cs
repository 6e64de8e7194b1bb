namespace Raft.Benchmarks.BareFlow;

/// <summary>The latest payloads by index, kept by reference in a ring.</summary>
internal sealed class BareLog
{
    /// <summary>A power of two, for at least the 100,000 entries that the other systems keep.</summary>
    public const int Capacity = 1 << 17;

    private const int Mask = Capacity - 1;

    private readonly byte[][] _entries = new byte[Capacity][];

    public long LastIndex { get; private set; }

    public byte[] this[long index] => _entries[index & Mask];

    public void Append(byte[] payload) => _entries[++LastIndex & Mask] = payload;

    /// <summary>Takes over the entries that follow on its own, up to an index.</summary>
    public void CopyFrom(BareLog source, long throughIndex)
    {
        while (LastIndex < throughIndex)
        {
            int from = (int)((LastIndex + 1) & Mask);
            int count = (int)Math.Min(throughIndex - LastIndex, Capacity - from);
            Array.Copy(source._entries, from, _entries, from, count);
            LastIndex += count;
        }
    }
}
