using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Raft.Transport.Tcp;

/// <summary>
/// Divides the bytes of a connection into frames. It does not read: bytes are put into <see cref="GetBuffer"/>, so any division of the
/// stream gives the same frames.
/// </summary>
/// <remarks>
/// Small frames are returned as slices of a buffer of fixed size. A message with data is read into an array of exactly its length, which
/// its receiver keeps. Length and kind are checked before that array is allocated. Not safe to use from several threads at once.
/// </remarks>
internal sealed class FrameReader(bool hasChecksum, int maximumLength)
{
    private const int BufferSize = 64 * 1_024;

    private readonly int _headSize = FrameFormat.HeadSize(hasChecksum);
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _largeHead = new byte[FrameFormat.HeadSize(hasChecksum: true)];
    private int _start; // of the unread bytes in the buffer
    private int _end;
    private byte[]? _large; // the payload of a frame that does not fit, or is kept
    private int _largeFilled;
    private SkippedFrame? _skipped;

    /// <summary>
    /// Whether messages that need memory of their own are kept. Otherwise their bytes are checked and forgotten: someone whose nodes are
    /// not accepted must not make this process allocate the largest frame.
    /// </summary>
    public Func<bool> KeepsMessages { get; init; } = static () => true;

    /// <summary>Whether a frame has begun and not ended.</summary>
    public bool IsInFrame => _large is not null || _skipped is not null || _end > _start;

    /// <summary>Where the next bytes of the connection belong. Invalidates the frames that were returned before, except for data.</summary>
    public Memory<byte> GetBuffer()
    {
        if (_large is not null)
        {
            return _large.AsMemory(_largeFilled);
        }

        if (_start > 0)
        {
            // At most one incomplete frame is left.
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Bytes were put into the buffer.</summary>
    public void Advance(int count)
    {
        if (_large is null)
        {
            _end += count;
        }
        else
        {
            _largeFilled += count;
        }
    }

    /// <summary>Forgets everything that was not returned as a frame.</summary>
    public void Discard()
    {
        _large = null;
        _skipped = null;
        _start = 0;
        _end = 0;
    }

    /// <summary>Returns the next frame if it is complete.</summary>
    /// <exception cref="FrameException">The bytes are not a frame, or damaged.</exception>
    public bool TryRead(out Frame frame)
    {
        if (_large is { } large)
        {
            return TryReadLarge(large, out frame);
        }

        if (_skipped is { } skipped)
        {
            return TrySkip(skipped, out frame);
        }

        frame = default;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < _headSize)
        {
            return false;
        }

        (int length, FrameKind kind) = ReadHead(bytes);
        bool isKept = kind == FrameKind.MessageWithData;
        if (isKept || length > BufferSize - _headSize)
        {
            if (FrameFormat.IsMessage(kind) && !KeepsMessages())
            {
                _skipped = BeginSkip(bytes, length, kind);
                return TrySkip(_skipped, out frame);
            }

            BeginLarge(bytes, length);
            return TryReadLarge(_large, out frame);
        }

        if (bytes.Length < _headSize + length)
        {
            return false;
        }

        Verify(bytes, ChecksumOf(bytes, bytes.Slice(_headSize, length)), length);
        frame = new Frame(kind, _buffer.AsMemory(_start + _headSize, length));
        _start += _headSize + length;
        return true;
    }

    [MemberNotNull(nameof(_large))]
    private void BeginLarge(ReadOnlySpan<byte> bytes, int length)
    {
        bytes[.._headSize].CopyTo(_largeHead);
        _large = GC.AllocateUninitializedArray<byte>(length);
        _largeFilled = Math.Min(length, bytes.Length - _headSize);
        bytes.Slice(_headSize, _largeFilled).CopyTo(_large);
        _start += _headSize + _largeFilled;
    }

    private bool TryReadLarge(byte[] large, out Frame frame)
    {
        frame = default;
        if (_largeFilled < large.Length)
        {
            return false;
        }

        Verify(_largeHead, ChecksumOf(_largeHead, large), large.Length);
        frame = new Frame((FrameKind)_largeHead[FrameFormat.KindOffset], large);
        _large = null;
        return true;
    }

    private SkippedFrame BeginSkip(ReadOnlySpan<byte> bytes, int length, FrameKind kind)
    {
        bytes[.._headSize].CopyTo(_largeHead);
        _start += _headSize;
        return new SkippedFrame(kind, length, FrameFormat.BeginChecksum(bytes));
    }

    private bool TrySkip(SkippedFrame skipped, out Frame frame)
    {
        _start += skipped.Skip(_buffer.AsSpan(_start, _end - _start));
        frame = default;
        if (skipped.Rest > 0)
        {
            return false;
        }

        _skipped = null;
        Verify(_largeHead, skipped.Checksum, skipped.Length);
        frame = new Frame(skipped.Kind, default, IsSkipped: true);
        return true;
    }

    private (int Length, FrameKind Kind) ReadHead(ReadOnlySpan<byte> head)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        FrameKind kind = (FrameKind)head[FrameFormat.KindOffset];
        if (!FrameFormat.IsKnown(kind))
        {
            throw new FrameException($"a frame has the kind {(byte)kind}, which this version does not know");
        }

        int limit = FrameFormat.IsMessage(kind) ? maximumLength : Math.Min(maximumLength, FrameFormat.MaximumControlLength);
        return length <= limit
            ? ((int)length, kind)
            : throw new FrameException($"a frame has {length} bytes, more than the {limit} that are allowed for {kind}");
    }

    private uint ChecksumOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload) =>
        hasChecksum ? Crc32C.Append(FrameFormat.BeginChecksum(head), payload) : 0;

    private void Verify(ReadOnlySpan<byte> head, uint checksum, int length)
    {
        if (!hasChecksum)
        {
            return;
        }

        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(head[FrameFormat.ChecksumOffset..]);
        uint actual = Crc32C.Finish(checksum);
        if (actual != expected)
        {
            throw new FrameException($"a frame of {length} bytes has the checksum {expected:x8}, but its bytes give {actual:x8}");
        }
    }
}
