namespace Raft.Testing;

/// <summary>
/// Section 5.1: a node that sees a larger term than its own, in a request or a reply, takes it; a leader or candidate becomes a
/// follower.
/// </summary>
internal sealed class LargerTermIsTaken : ClusterRule
{
    private readonly Dictionary<NodeId, (RaftNode Life, long Term)> _seen = [];

    public override string Name => "A larger term is taken";

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (MustAdopt(node, message) && !node.IsPaused && node.Current is { } life && message.Term > node.Situation.Term)
        {
            _seen[node.Id] = (life, message.Term > TermSeen(node) ? message.Term : TermSeen(node));
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        if (_seen.Count == 0 || TermSeen(node) is not (> 0 and long term))
        {
            return null;
        }

        _seen.Remove(node.Id);
        PublishedStatus status = node.Current!.PublishedStatus;
        return status.IsRunning && !node.Store.HasFailed && status.Term < term
            ? $"{node.Id} has seen term {term}, and is {status.Role} of term {status.Term}."
            : null;
    }

    private long TermSeen(SimulatedNode node) =>
        _seen.TryGetValue(node.Id, out (RaftNode Life, long Term) seen) && seen.Life == node.Current ? seen.Term : 0;

    /// <summary>
    /// Whether the term of a message is one that somebody is in, and not to be ignored while a leader lives (section 6, end).
    /// </summary>
    private static bool MustAdopt(SimulatedNode node, RaftMessage message) => message switch
    {
        _ when node.Store.WrittenImage.HardState.Identity is null => false, // it belongs to no cluster yet
        IdentityRefusalMessage => false, // it answers a node of another identity, which may have the same id
        SetupRequestMessage or SetupReplyMessage => false, // nothing follows from them
        StateDigestMessage or StateDigestReplyMessage => false, // they are about a term that the sender was in
        RequestVoteMessage request => !request.IsPreVote && !node.Options.LeaderStickiness,
        RequestVoteReplyMessage { IsPreVote: true, VoteGranted: true } => false, // the term that was asked for
        _ => true,
    };
}
