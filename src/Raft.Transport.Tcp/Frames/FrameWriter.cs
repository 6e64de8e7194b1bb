using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Raft.Transport.Tcp;

/// <summary>
/// Collects frames as a list of segments that are written together. Heads and small data are copied into pooled blocks; large data is
/// referred to.
/// </summary>
/// <remarks>Not safe to use from several threads at once. The segments are valid until <see cref="Reset"/>.</remarks>
internal sealed class FrameWriter(bool hasChecksum) : IPayloadBufferWriter, IDisposable
{
    private const int BlockSize = 64 * 1_024;

    /// <summary>Data of this size costs less as a segment of its own than as a copy.</summary>
    private const int SmallestSegment = 4 * 1_024;

    private readonly int _headSize = FrameFormat.HeadSize(hasChecksum);
    private readonly List<ArraySegment<byte>> _segments = [];
    private readonly List<byte[]> _fullBlocks = [];
    private byte[] _block = [];
    private int _segmentStart; // of the segment in the block that is not in the list yet
    private int _position;
    private long _sealedBytes;
    private OpenFrame _frame;

    /// <summary>The number of bytes that were written since the last reset.</summary>
    public long Length => _sealedBytes + _position - _segmentStart;

    /// <summary>Returns what was written, in order.</summary>
    public IReadOnlyList<ArraySegment<byte>> GetSegments()
    {
        Seal();
        return _segments;
    }

    /// <summary>Writes a frame.</summary>
    public void Write(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Begin();
        payload.CopyTo(GetSpan(payload.Length));
        Advance(payload.Length);
        End(kind);
    }

    /// <summary>Writes a message as a frame.</summary>
    /// <exception cref="ArgumentException">The message cannot be encoded. Nothing is written.</exception>
    public void Write(RaftMessage message)
    {
        Begin();
        try
        {
            MessageCodec.Write(message, this);
        }
        catch (ArgumentException)
        {
            _position = _frame.Start; // the codec checks all of a message before it writes
            throw;
        }

        End(KindOf(message));
    }

    /// <summary>The kind of the frame for a message.</summary>
    public static FrameKind KindOf(RaftMessage message) =>
        message is InstallSnapshotMessage or AppendEntriesMessage { Entries.IsEmpty: false }
            ? FrameKind.MessageWithData
            : FrameKind.Message;

    public void Advance(int count) => _position += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _block.AsMemory(_position);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _block.AsSpan(_position);
    }

    public void WritePayload(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length >= SmallestSegment && MemoryMarshal.TryGetArray(payload, out ArraySegment<byte> array))
        {
            Seal();
            _segments.Add(array);
            _sealedBytes += array.Count;
            return;
        }

        payload.Span.CopyTo(GetSpan(payload.Length));
        Advance(payload.Length);
    }

    /// <summary>Forgets what was written.</summary>
    public void Reset()
    {
        foreach (byte[] block in _fullBlocks)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _fullBlocks.Clear();
        _segments.Clear();
        _segmentStart = 0;
        _position = 0;
        _sealedBytes = 0;
        _frame = default;
    }

    public void Dispose()
    {
        Reset();
        if (_block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = [];
        }
    }

    private void Begin()
    {
        Reserve(_headSize);
        _frame = new OpenFrame(_block, _position, _segments.Count, Length);
        _position += _headSize;
    }

    private void End(FrameKind kind)
    {
        Span<byte> head = _frame.Block.AsSpan(_frame.Start, _headSize);
        FrameFormat.WriteHead(head, (int)(Length - _frame.Offset) - _headSize, kind);
        if (hasChecksum)
        {
            uint state = FrameFormat.BeginChecksum(head);
            int payload = _frame.Start + _headSize;
            if (_segments.Count == _frame.Segments)
            {
                state = Crc32C.Append(state, _block.AsSpan(payload, _position - payload));
            }
            else
            {
                ArraySegment<byte> first = _segments[_frame.Segments];
                state = Crc32C.Append(state, _frame.Block.AsSpan(payload, first.Offset + first.Count - payload));
                foreach (ArraySegment<byte> segment in CollectionsMarshal.AsSpan(_segments)[(_frame.Segments + 1)..])
                {
                    state = Crc32C.Append(state, segment);
                }

                state = Crc32C.Append(state, _block.AsSpan(_segmentStart, _position - _segmentStart));
            }

            BinaryPrimitives.WriteUInt32LittleEndian(head[FrameFormat.ChecksumOffset..], Crc32C.Finish(state));
        }
    }

    private void Reserve(int size)
    {
        if (_block.Length - _position >= Math.Max(size, 1))
        {
            return;
        }

        Seal();
        if (_block.Length > 0)
        {
            _fullBlocks.Add(_block);
        }

        _block = ArrayPool<byte>.Shared.Rent(Math.Max(size, BlockSize));
        _segmentStart = 0;
        _position = 0;
    }

    private void Seal()
    {
        if (_position > _segmentStart)
        {
            _segments.Add(new ArraySegment<byte>(_block, _segmentStart, _position - _segmentStart));
            _sealedBytes += _position - _segmentStart;
            _segmentStart = _position;
        }
    }

    /// <summary>Where the frame that is being written began: its head, the first segment of it, and the bytes before it.</summary>
    private readonly record struct OpenFrame(byte[] Block, int Start, int Segments, long Offset);
}
