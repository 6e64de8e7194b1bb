namespace Raft.Testing;

/// <summary>Election Safety (Figure 3): at most one leader in a term. Judged by who speaks as one, whether heard or not.</summary>
internal sealed class ElectionSafety
{
    private readonly SortedDictionary<long, NodeId> _leaders = [];

    /// <summary>How many terms had a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>What is broken; null if nothing is.</summary>
    public string? Violation { get; private set; }

    public void Observe(RaftMessage message)
    {
        if (message is not AppendEntriesMessage { Term: long term, From: NodeId leader })
        {
            return;
        }

        if (!_leaders.TryAdd(term, leader) && _leaders[term] != leader)
        {
            Violation ??= $"Election Safety is broken: term {term} has two leaders, {_leaders[term]} and {leader}.";
        }
    }
}
