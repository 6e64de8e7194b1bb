namespace Raft.Storage.Files;

/// <summary>A group that was read from a segment, and whose checksum was verified.</summary>
/// <param name="head">Its head.</param>
/// <param name="bytes">All its bytes.</param>
internal readonly struct Group(in GroupHead head, ReadOnlyMemory<byte> bytes)
{
    private readonly GroupHead _head = head;

    public GroupHead Head => _head;

    /// <summary>A group whose bytes nobody overwrites.</summary>
    public Group Copy() => new(_head, bytes.ToArray());

    /// <summary>Reads the hard state; null if it has none.</summary>
    public HardState? ReadHardState()
    {
        FieldReader reader = new(bytes.Span[GroupHead.Size..]);
        return _head.HasHardState ? HardStateFields.Read(ref reader) : null;
    }

    /// <summary>Reads entries, whose payloads are slices of the group's bytes.</summary>
    /// <param name="first">The number of the first entry wanted, from 0.</param>
    /// <param name="last">The number of the last one.</param>
    /// <param name="entries">Receives them.</param>
    public void Read(int first, int last, List<LogEntry> entries)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int at = EntriesAt(span);
        for (int i = 0; i <= last; i++)
        {
            at = i < first ? EntryFields.EndOf(span, at) : EntryFields.Read(span, bytes, at, entries);
        }
    }

    /// <summary>Adds the terms of the entries.</summary>
    public void AddTermsTo(LogContent content)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int at = EntriesAt(span);
        for (int i = 0; i < _head.Count; i++)
        {
            content.Append(EntryFields.TermAt(span, at));
            at = EntryFields.EndOf(span, at);
        }
    }

    private int EntriesAt(ReadOnlySpan<byte> span)
    {
        FieldReader reader = new(span[GroupHead.Size..]);
        if (_head.HasHardState)
        {
            HardStateFields.Read(ref reader);
        }

        return GroupHead.Size + reader.Position;
    }
}
