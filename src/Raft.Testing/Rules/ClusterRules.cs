namespace Raft.Testing;

/// <summary>All rules of a cluster, looked at together; the first that is broken ends the run.</summary>
internal sealed class ClusterRules
{
    private readonly ClusterRule[] _sent;
    private readonly ClusterRule[] _delivered;
    private readonly ClusterRule[] _quiet;
    private readonly ClusterRule[] _writing;
    private readonly ClusterRule[] _compacting;
    private readonly ClusterRule[] _changed;
    private readonly ElectionSafety _elections = new();
    private readonly OneIdentity _identity;
    private readonly Monotony _monotony = new();
    private readonly MatchOnlyGrows _matches = new();
    private readonly JoiningNodesDoNotVote _joining;
    private readonly DifferencesAreReal _differences;
    private readonly ReadIndexOfItsTerm _readIndexes;
    private readonly ReadIndexNeedsQuorum _readQuorums;
    private readonly Action<string> _broken;

    /// <param name="nodes">The nodes of the cluster.</param>
    /// <param name="roles">Who votes.</param>
    /// <param name="now">The world's time.</param>
    /// <param name="broken">Receives the description of a violation.</param>
    public ClusterRules(SimulatedNode[] nodes, ClusterRoles roles, Func<TimeSpan> now, Action<string> broken)
    {
        _broken = broken;
        HangFacts hangs = new(roles);
        ClusterRule[] rules =
        [
            _elections,
            new OneVotePerTerm(),
            new ElectionNeedsQuorum(roles.Quorum),
            new PersistBeforeSend(),
            _monotony,
            new LeaderAppendOnly(),
            new LogMatching(),
            new TimesNeverFall(Committed),
            new TimesStayNearTheClocks(nodes, roles, now),
            new LeaderCompleteness(Committed),
            new CommitRule(Committed, nodes, roles.Quorum),
            new AppliedBounds(Committed),
            new UpToDateVotes(),
            new LearnersDoNotLead(roles),
            new TermsBeginWithCandidates(),
            new LargerTermIsTaken(),
            _matches,
            new FollowersCommit(),
            new EveryCallerIsAnswered(),
            new BoundedMemory(),
            new NothingIsLeaked(),
            new CompactionKeepsUnapplied(),
            new SnapshotIndexIsCurrent(),
            new CandidatesConcede(),
            new LivingLeaderStays(),
            new TransfersLoseNothing(),
            new LeaderHasQuorum(roles.Quorum),
            _identity = new OneIdentity([.. nodes.Select(static node => node.Id)]),
            new LatestConfiguration(),
            _joining = new JoiningNodesDoNotVote(Committed),
            new StoredCommitIndex(Committed),
            new HungLeadersGiveUp(hangs),
            new GivingUpNeedsEvidence(hangs),
            _readIndexes = new ReadIndexOfItsTerm(Committed),
            _readQuorums = new ReadIndexNeedsQuorum(roles.Quorum),
            _differences = new DifferencesAreReal(nodes),
            new NoFalseAlarm(),
        ];
        _sent = Overriding(rules, static rule => rule.OnSent);
        _delivered = Overriding(rules, static rule => rule.OnDelivered);
        _quiet = Overriding(rules, static rule => rule.OnQuiet);
        _writing = Overriding(rules, static rule => rule.OnWriting);
        _compacting = Overriding(rules, static rule => rule.OnCompacting);
        _changed = Overriding(rules, static rule => rule.OnChanged);
    }

    /// <summary>What the cluster has committed.</summary>
    public CommittedLog Committed { get; } = new();

    /// <summary>How often a node has reported that a member has other options.</summary>
    public int DifferencesReported => _differences.Reports;

    /// <summary>How far a follower has acknowledged the log to the leader of a term.</summary>
    public long AcknowledgedTo(NodeId leader, NodeId follower, long term) => _matches.AcknowledgedTo(leader, follower, term);

    /// <summary>How many terms had a leader.</summary>
    public int Elections => _elections.Elections;

    public void OnSent(SimulatedNode node, RaftMessage message)
    {
        foreach (ClusterRule rule in _sent)
        {
            Judge(rule, rule.OnSent(node, message));
        }
    }

    /// <summary>The node restarts without what it had stored: what the rules remember of it does not bind it any more.</summary>
    public void OnStoreLost(SimulatedNode node)
    {
        _monotony.Forget(node.Id);
        _matches.Forget(node.Id);
        _joining.OnStoreLost(node);
    }

    public void OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (OneIdentity.IsTooEarly(node, message))
        {
            return;
        }

        if (OneIdentity.IsForeign(node, message))
        {
            Judge(_identity, _identity.OnDelivered(node, message));
            return; // for all other rules it does not count
        }

        foreach (ClusterRule rule in _delivered)
        {
            Judge(rule, rule.OnDelivered(node, message));
        }
    }

    /// <summary>A linearizable read or a barrier begins on a node.</summary>
    /// <returns>What the rules need at its end; null if the node does not lead.</returns>
    public ReadOfLeader? OnReadBegun(SimulatedNode node) =>
        node.Current is { PublishedStatus: { IsRunning: true, Role: RaftRole.Leader, Term: long term } } life
            ? new ReadOfLeader(life, term, _readQuorums.LastSent(node, term))
            : null;

    /// <summary>
    /// A linearizable read or a barrier was answered. If the node leads the term in which it began, it has led all the time, so it has
    /// found the index by itself.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="read">The read, as it began.</param>
    /// <param name="index">The index of a barrier; otherwise what the state machine has applied, which includes the index.</param>
    public void OnReadAnswered(SimulatedNode node, in ReadOfLeader read, long index)
    {
        if (!node.Store.HasFailed && node.Current == read.Life
            && read.Life.PublishedStatus is { IsRunning: true, Role: RaftRole.Leader, Term: long term } && term == read.Term)
        {
            Judge(_readIndexes, _readIndexes.OnReadAnswered(node, in read, index));
            Judge(_readQuorums, _readQuorums.OnReadAnswered(node, in read));
        }
    }

    public void OnQuiet(SimulatedNode node)
    {
        foreach (ClusterRule rule in _quiet)
        {
            Judge(rule, rule.OnQuiet(node));
        }
    }

    public void OnWriting(SimulatedNode node, LogWrite write)
    {
        foreach (ClusterRule rule in _writing)
        {
            Judge(rule, rule.OnWriting(node, write));
        }
    }

    public void OnCompacting(SimulatedNode node, long throughIndex)
    {
        foreach (ClusterRule rule in _compacting)
        {
            Judge(rule, rule.OnCompacting(node, throughIndex));
        }
    }

    public void OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        foreach (ClusterRule rule in _changed)
        {
            Judge(rule, rule.OnChanged(node, in before, in now));
        }
    }

    /// <summary>Those that look at something: a method that is not overridden costs nothing.</summary>
    private static ClusterRule[] Overriding(ClusterRule[] rules, Func<ClusterRule, Delegate> method) =>
        [.. rules.Where(rule => method(rule).Method.DeclaringType != typeof(ClusterRule))];

    private void Judge(ClusterRule rule, string? broken)
    {
        if (broken is not null)
        {
            _broken($"{rule.Name} is broken: {broken}");
        }
    }
}
