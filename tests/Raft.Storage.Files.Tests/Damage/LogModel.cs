using System.Globalization;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>What a log should hold, as text, so that two states can be compared and shown.</summary>
internal sealed class LogModel
{
    private readonly List<LogEntry> _entries = [];
    private HardState _hardState;
    private long _startIndex;
    private long _startTerm;
    private long _commitIndex;

    /// <summary>The index of the last entry.</summary>
    public long LastIndex => _startIndex + _entries.Count;

    /// <summary>The text of a log that holds nothing.</summary>
    public static string Blank { get; } = new LogModel().ToString();

    /// <summary>The text of a log that was read.</summary>
    public static string Describe(in LogState state, IEnumerable<LogEntry> entries)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"start {state.PreviousIndex}/{state.PreviousTerm}, last {state.LastIndex}/{state.LastTerm}, commit {state.CommitIndex}");
        return $"{state.HardState}, {head}:{string.Concat(entries.Select(Describe))}";
    }

    public void Write(in LogWrite write)
    {
        _hardState = write.HardState ?? _hardState;
        _commitIndex = Math.Max(_commitIndex, write.CommitIndex);
        if (!write.Entries.IsEmpty)
        {
            int kept = (int)(write.FirstIndex - _startIndex - 1);
            _entries.RemoveRange(kept, _entries.Count - kept);
            _entries.AddRange(write.Entries.Span);
        }
    }

    public void Compact(long index)
    {
        int count = (int)(index - _startIndex);
        (_startIndex, _startTerm) = (index, _entries[count - 1].Term);
        _entries.RemoveRange(0, count);
    }

    public void Reset(long index, long term)
    {
        _entries.Clear();
        (_startIndex, _startTerm) = (index, term);
    }

    public override string ToString() => Describe(
        new LogState(_hardState, _startIndex, _startTerm, LastIndex, _entries.Count == 0 ? _startTerm : _entries[^1].Term)
        {
            CommitIndex = _commitIndex,
        },
        _entries);

    private static string Describe(LogEntry entry) => string.Create(
        CultureInfo.InvariantCulture, $" [{entry.Term} {entry.Kind} {entry.Time.UtcTicks} {Convert.ToHexString(entry.Data.Span)}]");
}
