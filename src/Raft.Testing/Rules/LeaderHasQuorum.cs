namespace Raft.Testing;

/// <summary>
/// Dissertation, section 6.2: a leader that a majority does not answer steps down, if its options say so. It has some
/// minimum election timeouts, of its own clock, for that; a process that was paused counts from when it was resumed.
/// </summary>
internal sealed class LeaderHasQuorum(ReferenceQuorum<NodeId> quorum) : ClusterRule
{
    private const int Timeouts = 3;

    private readonly SortedDictionary<NodeId, Leadership> _leaders = [];

    public override string Name => "A leader has a quorum";

    private sealed class Leadership(RaftNode life, long term, TimeSpan since)
    {
        public RaftNode Life { get; } = life;

        public long Term { get; } = term;

        public TimeSpan LookedAt { get; set; } = since;

        /// <summary>
        /// Since when no majority, the leader included, has answered: not before it leads, and not before its process was resumed.
        /// </summary>
        public TimeSpan SilentSince { get; set; } = since;

        /// <summary>The nodes that have answered, and when.</summary>
        public List<NodeId> Arrived { get; } = [];

        public SortedDictionary<NodeId, TimeSpan> AnsweredAt { get; } = [];
    }

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is AppendEntriesReplyMessage && _leaders.TryGetValue(node.Id, out Leadership? leadership)
            && message.Term == leadership.Term)
        {
            leadership.Arrived.Add(message.From);
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        if (node.Situation.Role != RaftRole.Leader || !node.Options.CheckQuorum || quorum.IsReachedBy([node.Id]))
        {
            _leaders.Remove(node.Id);
            return null;
        }

        TimeSpan now = node.Now;
        if (!_leaders.TryGetValue(node.Id, out Leadership? leadership) || leadership.Life != node.Current
            || leadership.Term != node.Situation.Term)
        {
            _leaders[node.Id] = leadership = new Leadership(node.Current!, node.Situation.Term, now);
        }

        NoteAnswers(node.Id, leadership, now);
        if (now - leadership.LookedAt > node.Options.MinimumElectionTimeout / 2)
        {
            leadership.SilentSince = now;
        }

        leadership.LookedAt = now;
        return now - leadership.SilentSince > node.Options.MinimumElectionTimeout * Timeouts && StillLeads(node)
            ? $"{node.Id} still leads term {leadership.Term}, and for {(now - leadership.SilentSince).TotalMilliseconds:F0} ms of its "
                + "clock no majority has answered."
            : null;
    }

    /// <summary>What the rules have seen of a node stays as it was when it began to end.</summary>
    private static bool StillLeads(SimulatedNode node) =>
        !node.Store.HasFailed && node.Current!.PublishedStatus is { IsRunning: true, Role: RaftRole.Leader };

    private void NoteAnswers(NodeId leader, Leadership leadership, TimeSpan now)
    {
        if (leadership.Arrived.Count == 0)
        {
            return;
        }

        foreach (NodeId follower in leadership.Arrived)
        {
            leadership.AnsweredAt[follower] = now;
        }

        leadership.Arrived.Clear();
        foreach (TimeSpan heardAt in leadership.AnsweredAt.Values.OrderDescending())
        {
            IEnumerable<NodeId> answered = leadership.AnsweredAt
                .Where(answer => answer.Value >= heardAt)
                .Select(static answer => answer.Key);
            if (quorum.IsReachedBy([leader, .. answered]))
            {
                leadership.SilentSince = heardAt > leadership.SilentSince ? heardAt : leadership.SilentSince;
                return;
            }
        }
    }
}
