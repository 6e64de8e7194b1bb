namespace Raft.Testing;

/// <summary>
/// A leader names no read index before an entry of its own term is committed (section 8): only then does it know what is committed.
/// </summary>
internal sealed class ReadIndexOfItsTerm(CommittedLog committed) : ClusterRule
{
    public override string Name => "A read index is of the leader's term";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        if (message is not ReadIndexReplyMessage reply)
        {
            return null;
        }

        bool isCommitted = reply.ReadIndex >= 1 && reply.ReadIndex <= committed.LastIndex;
        return isCommitted && committed.TermAt(reply.ReadIndex) == reply.Term
            ? null
            : $"{node.Id} leads term {reply.Term} and names the read index {reply.ReadIndex}, which "
                + (isCommitted ? $"is of term {committed.TermAt(reply.ReadIndex)}." : "is not committed.");
    }
}
