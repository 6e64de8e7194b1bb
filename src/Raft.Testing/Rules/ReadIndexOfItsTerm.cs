namespace Raft.Testing;

/// <summary>
/// A leader names no read index before an entry of its own term is committed (section 8): only then does it know what is committed.
/// </summary>
/// <remarks>
/// A leader that is a quorum alone commits and answers in one step, and only after it does its status show what is committed. So an index
/// that is not known yet is judged at the end of the step.
/// </remarks>
internal sealed class ReadIndexOfItsTerm(CommittedLog committed) : ClusterRule
{
    private readonly SortedDictionary<NodeId, (RaftNode? Life, ReadIndexReplyMessage Reply)> _unknown = [];

    public override string Name => "A read index is of the leader's term";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        if (message is not ReadIndexReplyMessage reply)
        {
            return null;
        }

        if (reply.ReadIndex > committed.LastIndex)
        {
            _unknown.TryAdd(node.Id, (node.Current, reply));
            return null;
        }

        return reply.ReadIndex >= 1 && committed.TermAt(reply.ReadIndex) == reply.Term
            ? null
            : $"{Names(node, reply)}, which is {(reply.ReadIndex >= 1 ? $"of term {committed.TermAt(reply.ReadIndex)}" : "not committed")}.";
    }

    public override string? OnQuiet(SimulatedNode node) =>
        _unknown.Remove(node.Id, out (RaftNode? Life, ReadIndexReplyMessage Reply) sent)
        && sent.Life == node.Current && sent.Reply.ReadIndex > committed.LastIndex
            ? $"{Names(node, sent.Reply)}, which is not committed."
            : null;

    private static string Names(SimulatedNode node, ReadIndexReplyMessage reply) =>
        $"{node.Id} leads term {reply.Term} and names the read index {reply.ReadIndex}";
}
