namespace Raft.Storage.Files;

/// <summary>The segments of an open log, and the place where the next group goes.</summary>
/// <remarks>Used by one thread at a time, which may block.</remarks>
internal sealed class LogSegments(SegmentSupply supply, string directory, StoreIdentity store, string clusterId, NodeId nodeId)
{
    private readonly List<SegmentFile> _segments = []; // the oldest first; groups are written to the last one
    private SegmentEnd? _end;

    // The length of the current segment. Where file systems keep fine times, asking the file makes its next write change its times, which
    // the sync then has to write as well: it took 1.5 times as long.
    private long _length;
    private long _nextNumber;

    /// <summary>The segment that groups are written to.</summary>
    public SegmentFile Current => _segments[^1];

    /// <summary>Takes over the segments of earlier openings, which are never written to.</summary>
    /// <param name="segments">Those that hold synced groups, the oldest first.</param>
    /// <param name="end">Where the last of them ends; null if there is none.</param>
    /// <param name="nextNumber">The number of the next segment.</param>
    public void Open(IEnumerable<SegmentFile> segments, SegmentEnd? end, long nextNumber)
    {
        _segments.AddRange(segments);
        _end = end;
        _nextNumber = nextNumber;
    }

    /// <summary>Writes a group and syncs it.</summary>
    /// <returns>Whether it is the first group of a segment.</returns>
    public bool Write(GroupBuilder group, bool isFirstOfLife)
    {
        if (!isFirstOfLife && _end is { } end && end.Number == Current.Number
            && end.Offset + Layout.Padded(group.Measure(restates: false)) <= _length)
        {
            ReadOnlyMemory<byte> bytes = group.Encode(header: default, Current.Number, store.Opening, end.Offset, end.Checksum);
            Write(bytes, end.Offset);
            _end = new SegmentEnd(Current.Number, group.Head.End, group.Head.Checksum);
            return false;
        }

        Begin(group, isFirstOfLife);
        return true;
    }

    /// <summary>Removes the segments whose entries all come before an index, once that is durable.</summary>
    /// <param name="startIndex">The index.</param>
    /// <param name="taken">Receives the segments, which are still open.</param>
    public void TakeObsolete(long startIndex, List<SegmentFile> taken)
    {
        int obsolete = 0;
        while (obsolete + 1 < _segments.Count && _segments[obsolete + 1].KeptFrom <= startIndex)
        {
            obsolete++;
        }

        for (int i = 0; i < obsolete; i++)
        {
            taken.Add(_segments[i]);
        }

        _segments.RemoveRange(0, obsolete);
    }

    /// <summary>The index before the first entry that the segments hold.</summary>
    public long KeptFrom => _segments[0].KeptFrom;

    /// <summary>Closes all files.</summary>
    public void Close()
    {
        foreach (SegmentFile segment in _segments)
        {
            segment.Release();
        }

        _segments.Clear();
    }

    /// <summary>
    /// Starts a segment. Its header and first group are written together, after everything before them was synced: a file without both
    /// counts for nothing.
    /// </summary>
    private void Begin(GroupBuilder group, bool isFirstOfLife)
    {
        long number = _nextNumber;
        SegmentHeader header = new(number, store, clusterId, nodeId, _end);
        long bytes = header.Size + Layout.Padded(group.Measure(restates: true));
        IDiskFile file = isFirstOfLife ? supply.TakeFirst(number, bytes) : supply.Take(number, bytes);
        string path = Path.Combine(directory, SegmentFile.NameOf(number));
        try
        {
            long length = file.Length;
            byte[] start = (header with { FileLength = length }).Write();
            ReadOnlyMemory<byte> written = group.Encode(start, number, store.Opening, start.Length, SegmentHeader.ChecksumOf(start));
            _length = Math.Max(length, bytes);
            file.Write(0, written.Span[..(int)Math.Min(written.Length, _length)]);
            file.Sync();
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _segments.Add(new SegmentFile(path, number, store.Opening, file) { KeptFrom = group.Head.FirstIndex - 1 });
        _end = new SegmentEnd(number, group.Head.End, group.Head.Checksum);
        _nextNumber = number + 1;
        supply.Expect(_nextNumber);
    }

    private void Write(ReadOnlyMemory<byte> bytes, long offset)
    {
        Current.File.Write(offset, bytes.Span[..(int)Math.Min(bytes.Length, _length - offset)]);
        Current.File.Sync();
    }
}
