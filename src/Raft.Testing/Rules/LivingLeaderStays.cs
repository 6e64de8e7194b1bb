namespace Raft.Testing;

/// <summary>
/// Section 6, end: a follower that has received a message from its leader within a minimum election timeout, of its own clock, lets no
/// candidate raise its term, if its options say so. A candidate that the leader has asked to campaign is excepted.
/// </summary>
internal sealed class LivingLeaderStays : ClusterRule
{
    private readonly SortedDictionary<NodeId, Follower> _followers = [];

    public override string Name => "A living leader stays";

    private sealed class Follower(RaftNode life)
    {
        public RaftNode Life { get; } = life;

        /// <summary>Its leader, the term, and when it last received a message from the leader.</summary>
        public (NodeId Leader, long Term, TimeSpan At)? Heard { get; set; }

        /// <summary>The leader's message that it processes now.</summary>
        public AppendEntriesMessage? Arriving { get; set; }

        /// <summary>The candidate's request that it processes now, and must not follow.</summary>
        public RequestVoteMessage? Disturbing { get; set; }

        /// <summary>The largest term that it received otherwise: a node that takes it follows no earlier leader.</summary>
        public long Excuse { get; set; }
    }

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (!node.Options.LeaderStickiness || node.Current is not { } life)
        {
            return null;
        }

        if (!_followers.TryGetValue(node.Id, out Follower? follower) || follower.Life != life)
        {
            _followers[node.Id] = follower = new Follower(life);
        }

        switch (message)
        {
            case RequestVoteMessage { IsPreVote: true } or RequestVoteReplyMessage { IsPreVote: true, VoteGranted: true }:
                break; // neither shows a term that a node is in
            case RequestVoteMessage { IsTransfer: false } request when !node.IsPaused && HeardLeaderRecently(node, follower):
                follower.Disturbing = request.Term > (follower.Disturbing?.Term ?? follower.Heard!.Value.Term)
                    ? request
                    : follower.Disturbing;
                break;
            default:
                follower.Excuse = Math.Max(follower.Excuse, message.Term);
                follower.Arriving = message as AppendEntriesMessage ?? follower.Arriving;
                break;
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        if (!_followers.TryGetValue(node.Id, out Follower? follower) || follower.Life != node.Current)
        {
            return null;
        }

        PublishedStatus status = follower.Life.PublishedStatus;
        (NodeId Leader, long Term, TimeSpan At)? heardBefore = follower.Heard;
        if (follower.Arriving is { } append && status.Role == RaftRole.Follower && status.Term == append.Term
            && status.Leader == append.From)
        {
            follower.Heard = (append.From, append.Term, node.Now);
        }

        RequestVoteMessage? disturbing = follower.Disturbing;
        (follower.Arriving, follower.Disturbing) = (null, null);
        return disturbing is not null && heardBefore is { } heard && status.IsRunning && status.Term >= disturbing.Term
            && follower.Excuse <= heard.Term
            ? $"{node.Id} has reached term {status.Term} because {disturbing.From} asked for its vote, although {heard.Leader}, the "
                + $"leader of term {heard.Term}, is alive."
            : null;
    }

    private static bool HeardLeaderRecently(SimulatedNode node, Follower follower)
    {
        PublishedStatus status = follower.Life.PublishedStatus;
        return follower.Heard is { } heard && status.Leader == heard.Leader && status.Term == heard.Term
            && node.Now - heard.At < node.Options.MinimumElectionTimeout;
    }
}
