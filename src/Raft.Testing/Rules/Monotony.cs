namespace Raft.Testing;

/// <summary>
/// Term, commit index and applied index never fall within a life, and the term never below one that the node has sent, in any life.
/// </summary>
internal sealed class Monotony : ClusterRule
{
    private readonly Dictionary<NodeId, long> _sentTerms = [];

    public override string Name => "Monotony";

    /// <summary>The node has lost its stores.</summary>
    public void Forget(NodeId node) => _sentTerms.Remove(node);

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        bool promisesTerm = message is not RequestVoteMessage { IsPreVote: true } and not RequestVoteReplyMessage { IsPreVote: true };
        if (!promisesTerm)
        {
            return null;
        }

        long sent = _sentTerms.GetValueOrDefault(node.Id);
        _sentTerms[node.Id] = Math.Max(sent, message.Term);
        return null;
    }

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.Term < before.Term || now.CommitIndex < before.CommitIndex || now.AppliedIndex < before.AppliedIndex)
        {
            return $"{node.Id} fell from term {before.Term}, committed {before.CommitIndex}, applied {before.AppliedIndex} to term "
                + $"{now.Term}, committed {now.CommitIndex}, applied {now.AppliedIndex}.";
        }

        long sent = _sentTerms.GetValueOrDefault(node.Id);
        return now.Term < sent ? $"{node.Id} is in term {now.Term}, after it had sent messages of term {sent}." : null;
    }
}
