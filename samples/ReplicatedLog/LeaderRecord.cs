using Raft;

namespace ReplicatedLog;

/// <summary>
/// Records the leader of each term, to check Raft's election safety: at most one leader in a term. A former leader that was
/// cut off may consider itself leader for a moment, but of an earlier term.
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

    /// <summary>Terms that had two leaders. There must be none.</summary>
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
