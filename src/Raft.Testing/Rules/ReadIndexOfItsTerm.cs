namespace Raft.Testing;

/// <summary>
/// A leader names no read index before an entry of its own term is committed (section 8): only then does it know what is committed. This
/// holds for the requests of other nodes and for its own reads.
/// </summary>
/// <remarks>
/// A leader that is a quorum alone commits and answers in one step, and only after it does its status show what is committed. So an index
/// that is not known yet is judged at the end of the step. If the leader crashes in that step, nobody learns whether it was committed. The
/// same holds if its disk fails: its status is not looked at any more.
/// </remarks>
internal sealed class ReadIndexOfItsTerm(CommittedLog committed) : ClusterRule
{
    private readonly SortedDictionary<NodeId, List<NamedIndex>> _deferred = [];

    public override string Name => "A read index is of the leader's term";

    private readonly record struct NamedIndex(RaftNode? Life, long Term, long Index);

    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is ReadIndexReplyMessage reply ? JudgeOrDefer(node, new NamedIndex(node.Current, reply.Term, reply.ReadIndex)) : null;

    /// <summary>A node has answered a linearizable read of its own, and has led one term since before the call.</summary>
    /// <param name="node">The node.</param>
    /// <param name="read">The read.</param>
    /// <param name="index">The index of a barrier; otherwise what the state machine has applied, which includes the index.</param>
    public string? OnReadAnswered(SimulatedNode node, in ReadOfLeader read, long index) =>
        JudgeOrDefer(node, new NamedIndex(read.Life, read.Term, index));

    public override string? OnQuiet(SimulatedNode node) =>
        _deferred.Remove(node.Id, out List<NamedIndex>? deferred)
            ? deferred
                .Where(named => named.Index <= committed.LastIndex || (named.Life == node.Current && !node.Store.HasFailed))
                .Select(named => Judge(node, named))
                .FirstOrDefault(static broken => broken is not null)
            : null;

    private string? JudgeOrDefer(SimulatedNode node, NamedIndex named)
    {
        if (named.Index <= committed.LastIndex)
        {
            return Judge(node, named);
        }

        if (!_deferred.TryGetValue(node.Id, out List<NamedIndex>? deferred))
        {
            _deferred[node.Id] = deferred = [];
        }

        deferred.Add(named);
        return null;
    }

    private string? Judge(SimulatedNode node, NamedIndex named)
    {
        bool isCommitted = named.Index >= 1 && named.Index <= committed.LastIndex;
        return isCommitted && committed.TermAt(named.Index) == named.Term
            ? null
            : $"{node.Id} leads term {named.Term} and names the read index {named.Index}, which "
                + (isCommitted ? $"is of term {committed.TermAt(named.Index)}." : "is not committed.");
    }
}
