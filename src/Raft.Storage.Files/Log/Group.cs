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
        EntryReader reader = ReadEntries();
        for (int i = 0; i <= last; i++)
        {
            reader.MoveNext();
            if (i >= first)
            {
                entries.Add(reader.Read(bytes));
            }
        }
    }

    /// <summary>Adds the terms of the entries.</summary>
    public void AddTermsTo(LogContent content)
    {
        EntryReader reader = ReadEntries();
        for (int i = 0; i < _head.Count; i++)
        {
            reader.MoveNext();
            content.Append(reader.Term);
        }
    }

    private EntryReader ReadEntries()
    {
        ReadOnlySpan<byte> span = bytes.Span;
        FieldReader reader = new(span[GroupHead.Size..]);
        if (_head.HasHardState)
        {
            HardStateFields.Read(ref reader);
        }

        return new EntryReader(span, GroupHead.Size + reader.Position);
    }
}
