using System.Buffers.Binary;

namespace Raft.Benchmarks.FramedFlow;

/// <summary>Entries as bytes: the length of the rest, then each payload after its length.</summary>
internal sealed class FramedBatch
{
    /// <summary>The bytes before a batch, and before each payload in it.</summary>
    public const int LengthSize = sizeof(int);

    private const int InitialSize = 64 * 1_024;

    private byte[] _bytes = new byte[InitialSize];
    private int _length = LengthSize;

    public bool IsEmpty => _length == LengthSize;

    public void Add(ReadOnlySpan<byte> payload)
    {
        int end = _length + LengthSize + payload.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(end, 2 * _bytes.Length));
        }

        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), payload.Length);
        payload.CopyTo(_bytes.AsSpan(_length + LengthSize));
        _length = end;
    }

    /// <summary>Returns the frame. It is valid until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> GetFrame()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length - LengthSize);
        return _bytes.AsMemory(0, _length);
    }

    public void Clear() => _length = LengthSize;

    /// <summary>Adds the payloads of a frame to a log.</summary>
    public static void AppendTo(FramedLog log, byte[] frame)
    {
        int position = 0;
        while (position < frame.Length)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(position));
            log.Append(new ArraySegment<byte>(frame, position + LengthSize, length));
            position += LengthSize + length;
        }
    }
}
