namespace Raft.Testing;

/// <summary>
/// A leader names no read index before an entry of its own term is committed (section 8): only then does it know what is committed.
/// </summary>
/// <remarks>
/// A leader that is a quorum alone commits and answers in one step, and only after it does its status show what is committed. So an index
/// that is not known yet is judged at the end of the step. If the leader crashes in that step, nobody learns whether it was committed.
/// </remarks>
internal sealed class ReadIndexOfItsTerm(CommittedLog committed) : ClusterRule
{
    private readonly SortedDictionary<NodeId, List<(RaftNode? Life, ReadIndexReplyMessage Reply)>> _deferred = [];

    public override string Name => "A read index is of the leader's term";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        if (message is not ReadIndexReplyMessage reply)
        {
            return null;
        }

        if (reply.ReadIndex <= committed.LastIndex)
        {
            return Judge(node, reply);
        }

        if (!_deferred.TryGetValue(node.Id, out List<(RaftNode? Life, ReadIndexReplyMessage Reply)>? replies))
        {
            _deferred[node.Id] = replies = [];
        }

        replies.Add((node.Current, reply));
        return null;
    }

    public override string? OnQuiet(SimulatedNode node) =>
        _deferred.Remove(node.Id, out List<(RaftNode? Life, ReadIndexReplyMessage Reply)>? replies)
            ? replies
                .Where(each => each.Life == node.Current || each.Reply.ReadIndex <= committed.LastIndex)
                .Select(each => Judge(node, each.Reply))
                .FirstOrDefault(static broken => broken is not null)
            : null;

    private string? Judge(SimulatedNode node, ReadIndexReplyMessage reply)
    {
        bool isCommitted = reply.ReadIndex >= 1 && reply.ReadIndex <= committed.LastIndex;
        return isCommitted && committed.TermAt(reply.ReadIndex) == reply.Term
            ? null
            : $"{node.Id} leads term {reply.Term} and names the read index {reply.ReadIndex}, which "
                + (isCommitted ? $"is of term {committed.TermAt(reply.ReadIndex)}." : "is not committed.");
    }
}
