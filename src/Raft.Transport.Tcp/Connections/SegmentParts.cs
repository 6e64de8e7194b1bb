namespace Raft.Transport.Tcp;

/// <summary>Divides segments into parts of a size, in order and without a copy.</summary>
/// <remarks>Not safe to use from several threads at once.</remarks>
internal sealed class SegmentParts(int size)
{
    private readonly List<ArraySegment<byte>> _part = [];
    private IReadOnlyList<ArraySegment<byte>> _segments = [];
    private int _next; // the segment with the next byte
    private int _offset; // of that byte

    /// <summary>Begins to divide segments.</summary>
    public void Begin(IReadOnlyList<ArraySegment<byte>> segments)
    {
        _segments = segments;
        _next = 0;
        _offset = 0;
    }

    /// <summary>Returns the next part, which is valid until the next call. After the last one, nothing is referred to.</summary>
    public bool TryNext(out IReadOnlyList<ArraySegment<byte>> part)
    {
        part = _part;
        _part.Clear();
        int room = size;
        while (room > 0 && _next < _segments.Count)
        {
            ArraySegment<byte> rest = _segments[_next][_offset..];
            int count = Math.Min(room, rest.Count);
            if (count > 0)
            {
                _part.Add(rest[..count]);
            }

            room -= count;
            _offset += count;
            if (count == rest.Count)
            {
                _next++;
                _offset = 0;
            }
        }

        if (_part.Count > 0)
        {
            return true;
        }

        _segments = [];
        return false;
    }
}
