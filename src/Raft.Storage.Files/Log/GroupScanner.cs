namespace Raft.Storage.Files;

/// <summary>Reads the groups of a segment one after another, and verifies each.</summary>
internal sealed class GroupScanner(
    ScanBuffer buffer, IDiskFile file, long segment, long opening, ulong previousChecksum, long start, long end)
{
    private byte[] _buffer = buffer.Reserve(Math.Min(end - start, ScanBuffer.UsualSize));
    private long _bufferAt = start; // the offset of the first byte in the buffer
    private int _buffered;

    /// <summary>Reads a segment from its first group on.</summary>
    public GroupScanner(ScanBuffer buffer, IDiskFile file, SegmentHeader header, long end)
        : this(buffer, file, header.Number, header.Store.Opening, header.Checksum, header.Size, end)
    {
    }

    /// <summary>The offset of the next group; of the first that is not valid, once there is no more.</summary>
    public long Position { get; private set; } = start;

    /// <summary>The checksum of the last valid group; at first, that of the header.</summary>
    public ulong Checksum { get; private set; } = previousChecksum;

    /// <summary>Reads the next group.</summary>
    /// <param name="group">The group, whose bytes are overwritten by the next call.</param>
    /// <returns>False at the end, or if what comes next is not a valid group.</returns>
    public bool TryNext(out Group group)
    {
        group = default;
        if (!TryBuffer(GroupHead.Size)
            || !GroupHead.TryRead(Buffered, segment, Position, out GroupHead head)
            || head.Opening != opening
            || head.PreviousChecksum != Checksum
            || head.Length > end - Position
            || !TryBuffer(head.Length)
            || !head.IsSound(Buffered))
        {
            return false;
        }

        group = new Group(head, _buffer.AsMemory((int)(Position - _bufferAt), head.Length));
        Position = head.End;
        Checksum = head.Checksum;
        return true;
    }

    /// <summary>
    /// Finds a sound group of the segment at this offset or any later one, whatever comes before it. The first group of a segment does not
    /// count: it was written together with the header, so it proves nothing.
    /// </summary>
    /// <returns>Its offset; null if there is none.</returns>
    public long? Find()
    {
        for (; Position < end; Position += Layout.Sector)
        {
            if (TryBuffer(GroupHead.Size)
                && GroupHead.TryRead(Buffered, segment, Position, out GroupHead head)
                && !head.IsFirst
                && head.Length <= end - Position
                && TryBuffer(head.Length)
                && head.IsSound(Buffered))
            {
                return Position;
            }
        }

        return null;
    }

    /// <summary>Whether the next sector contains only zeros, or the file ends here.</summary>
    public bool IsAtZeros()
    {
        int count = (int)Math.Min(Layout.Sector, end - Position);
        return count <= 0 || !TryBuffer(count) || Buffered[..count].IndexOfAnyExcept((byte)0) < 0;
    }

    private ReadOnlySpan<byte> Buffered => _buffer.AsSpan((int)(Position - _bufferAt), (int)(_bufferAt + _buffered - Position));

    /// <summary>Reads on until the buffer holds a number of bytes from <see cref="Position"/> on.</summary>
    private bool TryBuffer(int count)
    {
        if (Position + count > end)
        {
            return false;
        }

        if (Position >= _bufferAt && Position + count <= _bufferAt + _buffered)
        {
            return true;
        }

        if (count > _buffer.Length)
        {
            _buffer = buffer.Reserve(Layout.Padded(count));
        }

        _bufferAt = Position;
        _buffered = file.Read(Position, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, end - Position)));
        return _buffered >= count;
    }
}

/// <summary>The memory of scanners that are used one after another, so that a long log needs no more of it than a short one.</summary>
internal sealed class ScanBuffer
{
    /// <summary>What is read at once, unless a group is larger.</summary>
    public const int UsualSize = 256 * 1_024;

    private byte[] _bytes = [];

    /// <summary>An array of at least a number of bytes. Its content does not count, and the next scanner overwrites it.</summary>
    public byte[] Reserve(long count)
    {
        if (_bytes.Length < count)
        {
            _bytes = new byte[count];
        }

        return _bytes;
    }
}
