namespace Raft.Testing;

/// <summary>
/// Election Safety (Figure 3): at most one leader in a term, by its own status or by the messages that it sends, even if they are lost.
/// </summary>
internal sealed class ElectionSafety : ClusterRule
{
    private readonly Dictionary<long, NodeId> _leaders = [];

    public override string Name => "Election Safety";

    /// <summary>How many terms had a leader.</summary>
    public int Elections => _leaders.Count;

    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is AppendEntriesMessage ? Note(message.Term, message.From) : null;

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now) =>
        now.Role == RaftRole.Leader && (before.Role != RaftRole.Leader || before.Term != now.Term) ? Note(now.Term, node.Id) : null;

    private string? Note(long term, NodeId leader) => _leaders.TryAdd(term, leader) || _leaders[term] == leader
        ? null
        : $"term {term} has two leaders, {_leaders[term]} and {leader}.";
}
