namespace Raft.Testing;

/// <summary>
/// What is true about the hangs of a node, seen from outside: how long its state machine or its disk has been occupied by the same thing,
/// by its own clock, and what others have reported to it. A process that was paused counts from when it was resumed.
/// </summary>
/// <param name="roles">Who votes: only voters can lead instead.</param>
internal sealed class HangFacts(ClusterRoles roles)
{
    private readonly SortedDictionary<NodeId, Facts> _nodes = [];

    /// <summary>The facts of one life of a node.</summary>
    internal sealed class Facts(RaftNode life)
    {
        public RaftNode Life { get; } = life;

        public TimeSpan LookedAt { get; set; }

        /// <summary>Since when its state machine is occupied; null if it is not.</summary>
        public TimeSpan? MachineSince { get; set; }

        /// <summary>Since when writes to its log are under way and nothing becomes durable; null if it is not so.</summary>
        public TimeSpan? DiskSince { get; set; }

        public long DurableIndex { get; set; }

        /// <summary>What the other voters have applied, as they reported to this node in the term of <see cref="ReportedTerm"/>.</summary>
        public SortedDictionary<NodeId, long> Reported { get; } = [];

        public long ReportedTerm { get; set; }

        /// <summary>The most that another voter has reported to this one as applied.</summary>
        public long LargestReported => Reported.Count == 0 ? 0 : Reported.Values.Max();
    }

    /// <summary>The facts of a node's present life.</summary>
    public Facts Of(SimulatedNode node)
    {
        if (!_nodes.TryGetValue(node.Id, out Facts? facts) || facts.Life != node.Current)
        {
            _nodes[node.Id] = facts = new Facts(node.Current!);
        }

        return facts;
    }

    /// <summary>A message reaches the node.</summary>
    public void OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is not AppendEntriesReplyMessage reply || node.Current is null || !roles.IsVoter(reply.From))
        {
            return;
        }

        Facts facts = Of(node);
        if (reply.Term > facts.ReportedTerm)
        {
            facts.ReportedTerm = reply.Term;
            facts.Reported.Clear();
        }

        if (reply.Term == facts.ReportedTerm)
        {
            facts.Reported[reply.From] = reply.AppliedIndex;
        }
    }

    /// <summary>Time is about to move on.</summary>
    public Facts OnQuiet(SimulatedNode node)
    {
        Facts facts = Of(node);
        TimeSpan now = node.Now;
        bool wasAway = now - facts.LookedAt > node.Options.MinimumElectionTimeout / 2;
        long durable = node.Store.DurableImage.Entries.LastIndex;
        bool diskMoves = wasAway || node.Store.UnderWay == 0 || durable != facts.DurableIndex;
        facts.MachineSince = !node.IsMachineOccupied ? null : wasAway ? now : facts.MachineSince ?? now;
        facts.DiskSince = node.Store.UnderWay == 0 ? null : diskMoves ? now : facts.DiskSince ?? now;
        facts.DurableIndex = durable;
        facts.LookedAt = now;
        return facts;
    }

    /// <summary>After which time a node reports a hang.</summary>
    public static TimeSpan TimeoutOf(SimulatedNode node) => node.Options.HangTimeout ?? node.Options.MinimumElectionTimeout * 10;
}
