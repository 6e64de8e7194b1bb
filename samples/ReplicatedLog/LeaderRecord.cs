using Raft;

namespace ReplicatedLog;

/// <summary>
/// Writes down who led which term, to check Raft's election safety: at most one leader in a term. A former leader that
/// was cut off may believe for a moment that it still leads, but that is an earlier term.
/// </summary>
internal sealed class LeaderRecord
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, NodeId> _leaders = [];
    private readonly List<string> _violations = [];

    /// <summary>The leader of each term so far.</summary>
    public IReadOnlyList<(long Term, NodeId Leader)> Leaders
    {
        get
        {
            lock (_lock)
            {
                return [.. _leaders.Select(static pair => (pair.Key, pair.Value))];
            }
        }
    }

    /// <summary>Terms that had two leaders. There must never be one.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
            {
                return [.. _violations];
            }
        }
    }

    public void Note(long term, NodeId leader)
    {
        lock (_lock)
        {
            if (!_leaders.TryAdd(term, leader) && _leaders[term] != leader)
            {
                _violations.Add($"Term {term} had two leaders: {_leaders[term]} and {leader}.");
            }
        }
    }
}
