namespace Raft.Testing;

/// <summary>
/// A node that joins grants no vote and asks for none, until it holds everything that was committed when its store was lost. One whose
/// store was rolled back does not know that it has lost anything, and votes.
/// </summary>
internal sealed class JoiningNodesDoNotVote(CommittedLog committed) : ClusterRule
{
    private readonly Dictionary<NodeId, long> _lost = [];

    public override string Name => "Joining nodes do not vote";

    /// <summary>The node has lost its stores, and what it acknowledged.</summary>
    public void OnStoreLost(SimulatedNode node)
    {
        if (node.Store.DurableImage.HardState.Identity is null)
        {
            _lost[node.Id] = committed.LastIndex;
        }
    }

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        if (message is not (RequestVoteReplyMessage { VoteGranted: true } or RequestVoteMessage))
        {
            return null;
        }

        // A pre-vote promises nothing, so it need not wait until the disk knows that the node has joined.
        bool isPreVote = message is RequestVoteMessage { IsPreVote: true } or RequestVoteReplyMessage { IsPreVote: true };
        LogImage disk = node.Store.DurableImage;
        if ((isPreVote ? node.Store.WrittenImage : disk).HardState.Join is not null)
        {
            return $"{node.Id} sends {message.GetType().Name} of term {message.Term}, and it is joining.";
        }

        long lost = _lost.GetValueOrDefault(node.Id);
        return disk.Entries.LastIndex < lost
            ? $"{node.Id} sends {message.GetType().Name} of term {message.Term} with a log up to {disk.Entries.LastIndex}, and its earlier "
                + $"store was lost when {lost} entries were committed."
            : null;
    }
}
