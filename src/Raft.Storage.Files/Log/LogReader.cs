namespace Raft.Storage.Files;

/// <summary>Reads entries from segments. A group is verified whole before any entry of it is returned.</summary>
internal static class LogReader
{
    /// <summary>Reads consecutive entries of an extent.</summary>
    /// <param name="extent">The extent, whose segment is in use.</param>
    /// <param name="firstIndex">The first index wanted, which the extent holds.</param>
    /// <param name="limit">What the caller wants.</param>
    /// <param name="entries">Receives the entries.</param>
    /// <exception cref="StorageCorruptedException">A group is not what was written.</exception>
    public static void Read(in LogIndex.Extent extent, long firstIndex, ref ReadLimit limit, List<LogEntry> entries)
    {
        long offset = extent.Offset;
        while (offset < extent.End && firstIndex <= extent.Last && !limit.IsReached)
        {
            GroupHead head = ReadHead(in extent, offset);
            if (head.Count > 0 && head.LastIndex >= firstIndex)
            {
                Group group = ReadGroup(in extent, in head, firstIndex);
                int before = entries.Count;
                int last = (int)(Math.Min(head.LastIndex, extent.Last) - head.FirstIndex);
                group.Read((int)(firstIndex - head.FirstIndex), last, entries);
                int kept = limit.Take(entries, before);
                entries.RemoveRange(before + kept, entries.Count - before - kept);
                firstIndex += kept;
            }

            offset = head.End;
        }

        if (firstIndex <= extent.Last && !limit.IsReached)
        {
            throw Damaged(in extent, extent.Offset); // the head of a group that was skipped is not what was written
        }
    }

    /// <summary>Reads a group that should hold an entry, and verifies it: until then, nothing vouches for its head either.</summary>
    private static Group ReadGroup(in LogIndex.Extent extent, in GroupHead head, long index)
    {
        byte[] bytes = new byte[head.Length];
        return extent.Segment.File.Read(head.Offset, bytes) == bytes.Length
            && GroupHead.TryRead(bytes, head.Segment, head.Offset, out GroupHead verified)
            && verified == head
            && head.IsSound(bytes)
            && head.FirstIndex <= index
            ? new Group(head, bytes)
            : throw Damaged(in extent, head.Offset);
    }

    private static GroupHead ReadHead(in LogIndex.Extent extent, long offset)
    {
        Span<byte> bytes = stackalloc byte[GroupHead.Size];
        return extent.Segment.File.Read(offset, bytes) == bytes.Length
            && GroupHead.TryRead(bytes, extent.Segment.Number, offset, out GroupHead head)
            && head.Opening == extent.Segment.Opening
            && head.Length <= extent.End - offset
            ? head
            : throw Damaged(in extent, offset);
    }

    private static StorageCorruptedException Damaged(in LogIndex.Extent extent, long offset) => LogDamage.At(
        extent.Segment.Path, offset, $"a group with entries from {extent.First} to {extent.Last} is not what was written");
}

/// <summary>How much a read still wants.</summary>
internal struct ReadLimit(int entries, long bytes)
{
    private int _entries = entries;
    private long _bytes = bytes;
    private bool _hasAny;

    /// <summary>Whether it wants no more.</summary>
    public readonly bool IsReached => _entries == 0 || (_hasAny && _bytes <= 0);

    /// <summary>Takes the entries that it wants: at least one in all.</summary>
    /// <returns>How many of those from <paramref name="first"/> on it takes.</returns>
    public int Take(List<LogEntry> entries, int first)
    {
        int taken = 0;
        while (first + taken < entries.Count && _entries > 0)
        {
            int length = entries[first + taken].Data.Length;
            if (_hasAny && length > _bytes)
            {
                _bytes = 0; // the next one would not fit
                break;
            }

            _hasAny = true;
            _entries--;
            _bytes -= length;
            taken++;
        }

        return taken;
    }
}
