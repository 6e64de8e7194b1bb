namespace Raft.Storage.Files;

/// <summary>Merges calls into one group, and encodes it. A group has what the calls add up to, not what they replaced.</summary>
internal sealed class GroupBuilder(LogContent content)
{
    private const int SmallestBuffer = 64 * 1_024;

    private readonly List<ReadOnlyMemory<LogEntry>> _runs = [];
    private byte[] _buffer = new byte[SmallestBuffer];
    private HardState? _hardState;
    private GroupHead _head;
    private long? _previousTerm; // of a group that is written again
    private long _entryBytes;
    private bool _isReset;

    /// <summary>The number of calls that it holds.</summary>
    public int Calls { get; private set; }

    /// <summary>The head, without the place of the group and its checksum until <see cref="Encode"/> has returned.</summary>
    public GroupHead Head => _head;

    /// <summary>Starts a group that changes nothing.</summary>
    public void Begin()
    {
        _runs.Clear();
        _hardState = null;
        _entryBytes = 0;
        _isReset = false;
        _previousTerm = null;
        Calls = 0;
        _head = new GroupHead
        {
            FirstIndex = content.LastIndex + 1,
            StartIndex = content.StartIndex,
            StartTerm = content.StartTerm,
            CommitIndex = content.CommitIndex,
        };
    }

    /// <summary>Starts with what an earlier group did, to write it again.</summary>
    public void BeginWith(in Group group)
    {
        Begin();
        List<LogEntry> entries = [];
        group.Read(first: 0, group.Head.Count - 1, entries);
        _hardState = group.ReadHardState();
        _runs.Add(entries.ToArray());
        _entryBytes = Measure(_runs[0].Span);
        _previousTerm = group.Head.PreviousTerm;
        _head.FirstIndex = group.Head.FirstIndex;
        _head.StartIndex = group.Head.StartIndex;
        _head.StartTerm = group.Head.StartTerm;
        _head.CommitIndex = Math.Max(_head.CommitIndex, group.Head.CommitIndex);
    }

    /// <summary>Adds a call, unless the group has one already and would become too large.</summary>
    public bool TryAdd(LogCall call)
    {
        long bytes = call.Kind == LogCallKind.Write ? Measure(call.Write.Entries.Span) : 0;
        bool isAlone = call.Kind == LogCallKind.Close || (_isReset && call.Kind == LogCallKind.Compact);
        if (Calls > 0 && (isAlone || _entryBytes + bytes > Layout.LargestGroup))
        {
            return false;
        }

        Calls++;
        switch (call.Kind)
        {
            case LogCallKind.Write:
                Add(call.Write, bytes);
                break;
            case LogCallKind.Compact when call.Index > _head.StartIndex:
                _head.StartTerm = TermAt(call.Index);
                _head.StartIndex = call.Index;
                break;
            case LogCallKind.Reset:
                _runs.Clear();
                _entryBytes = 0;
                _isReset = true;
                (_head.StartIndex, _head.StartTerm, _head.FirstIndex) = (call.Index, call.Term, call.Index + 1);
                break;
        }

        return true;
    }

    /// <summary>The largest number of bytes that the group can have.</summary>
    /// <param name="restates">Whether it is the first of a segment, and so repeats the hard state.</param>
    public int Measure(bool restates) =>
        checked((int)(GroupHead.Size + (restates || _hardState is not null ? HardStateFields.Measure(HardState) : 0) + _entryBytes));

    /// <summary>Encodes the group.</summary>
    /// <param name="header">The header of the segment, if the group is the first one; else empty.</param>
    /// <param name="segment">The number of the segment.</param>
    /// <param name="opening">The opening of the store.</param>
    /// <param name="offset">Where the group begins.</param>
    /// <param name="previousChecksum">The checksum of the group before it; of the header if it is the first one.</param>
    /// <returns>The header, the group, and a sector of zeros, which ends the log until the next group is written over it.</returns>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> header, long segment, long opening, long offset, ulong previousChecksum)
    {
        bool hasHardState = !header.IsEmpty || _hardState is not null;
        int bound = (int)Layout.Padded(header.Length + Measure(!header.IsEmpty)) + Layout.Sector;
        if (_buffer.Length < bound)
        {
            _buffer = new byte[Math.Max(bound, Math.Min(2 * _buffer.Length, Layout.LargestGroup))];
        }

        header.CopyTo(_buffer);
        Span<byte> group = _buffer.AsSpan(header.Length);
        FieldWriter writer = new(group[GroupHead.Size..]);
        if (hasHardState)
        {
            HardStateFields.Write(ref writer, HardState);
        }

        EntryWriter entries = new(group, GroupHead.Size + writer.Position);
        int count = 0;
        foreach (ReadOnlyMemory<LogEntry> run in _runs)
        {
            count += run.Length;
            entries.Write(run.Span);
        }

        _head.PreviousTerm = _previousTerm
            ?? (_head.FirstIndex - 1 == _head.StartIndex ? _head.StartTerm : content.TermAt(_head.FirstIndex - 1));
        _head.Segment = segment;
        _head.Opening = opening;
        _head.Offset = offset;
        _head.PreviousChecksum = previousChecksum;
        _head.Length = entries.Position;
        _head.Count = count;
        _head.HasHardState = hasHardState;
        _head.IsFirst = !header.IsEmpty;
        int padded = (int)Layout.Padded(_head.Length);
        group[_head.Length..(padded + Layout.Sector)].Clear();
        _head.Seal(group);
        return _buffer.AsMemory(0, header.Length + padded + Layout.Sector);
    }

    /// <summary>Adds what the group does to the log's content, once it is durable.</summary>
    public void ApplyTo(LogContent target)
    {
        if (!target.Apply(in _head, _hardState))
        {
            throw new InvalidOperationException($"Entries from {_head.FirstIndex} on would leave a gap.");
        }

        foreach (ReadOnlyMemory<LogEntry> run in _runs)
        {
            target.Append(run.Span);
        }
    }

    /// <summary>Forgets the calls, whose payloads must not be kept alive.</summary>
    public void Clear() => _runs.Clear();

    private HardState HardState => _hardState ?? content.HardState;

    private static long Measure(ReadOnlySpan<LogEntry> entries)
    {
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += EntryFields.LargestOverhead + entry.Data.Length;
        }

        return bytes;
    }

    private void Add(in LogWrite write, long bytes)
    {
        _hardState = write.HardState ?? _hardState;
        _head.CommitIndex = Math.Max(_head.CommitIndex, write.CommitIndex);
        if (write.Entries.IsEmpty)
        {
            return;
        }

        TruncateFrom(write.FirstIndex);
        _runs.Add(write.Entries);
        _entryBytes += bytes;
    }

    private void TruncateFrom(long index)
    {
        long end = _head.FirstIndex;
        int kept = 0;
        foreach (ReadOnlyMemory<LogEntry> run in _runs)
        {
            if (end + run.Length > index)
            {
                break;
            }

            end += run.Length;
            kept++;
        }

        for (int i = kept; i < _runs.Count; i++)
        {
            _entryBytes -= Measure(_runs[i].Span);
        }

        ReadOnlyMemory<LogEntry> rest = kept < _runs.Count && index > end ? _runs[kept][..(int)(index - end)] : default;
        _runs.RemoveRange(kept, _runs.Count - kept);
        if (!rest.IsEmpty)
        {
            _runs.Add(rest);
            _entryBytes += Measure(rest.Span);
        }

        _head.FirstIndex = Math.Min(_head.FirstIndex, index);
    }

    private long TermAt(long index)
    {
        long first = _head.FirstIndex;
        foreach (ReadOnlyMemory<LogEntry> run in _runs)
        {
            if (index >= first && index < first + run.Length)
            {
                return run.Span[(int)(index - first)].Term;
            }

            first += run.Length;
        }

        return content.TermAt(index);
    }
}
