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

    /// <summary>Reads the entries, whose payloads are slices of the group's bytes.</summary>
    /// <param name="first">The number of the first entry wanted, from 0.</param>
    /// <param name="entries">Receives them.</param>
    /// <param name="hardState">The hard state; null if it has none.</param>
    public void Read(int first, List<LogEntry>? entries, out HardState? hardState)
    {
        FieldReader reader = new(bytes.Span[GroupHead.Size..]);
        hardState = _head.HasHardState ? HardStateFields.Read(ref reader) : null;
        if (entries is null)
        {
            return;
        }

        ReadOnlySpan<byte> span = bytes.Span;
        int at = GroupHead.Size + reader.Position;
        for (int i = 0; i < _head.Count; i++)
        {
            at = EntryFields.Read(span, bytes, at, i < first ? null : entries);
        }
    }

    /// <summary>Adds the terms of the entries.</summary>
    public void AddTermsTo(LogContent content)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        FieldReader reader = new(span[GroupHead.Size..]);
        if (_head.HasHardState)
        {
            HardStateFields.Read(ref reader);
        }

        int at = GroupHead.Size + reader.Position;
        for (int i = 0; i < _head.Count; i++)
        {
            content.Append(EntryFields.TermAt(span, at));
            at = EntryFields.EndOf(span, at);
        }
    }
}
