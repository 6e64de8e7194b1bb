using Raft.Consensus;

namespace Raft;

/// <summary>
/// Compares the state of this node with those of the other members, by the digests of the same indexes. Followers and learners report
/// theirs to the leader until it answers; the leader compares them, and answers with what concerns the member. A new leader starts again.
/// Used by the node's worker.
/// </summary>
/// <remarks>
/// The members whose state differs from that of a majority of the voters are the minority, and stop unless the options say otherwise. A
/// node trusts nobody else's word about its own state: it compares the digest of the majority with its own. Without a majority nobody
/// stops.
/// </remarks>
internal sealed class StateComparison(
    NodeContext context, AppliedDigests? digests, Applier applier, LeadershipTransfers transfers, LatestSnapshot latest)
{
    private const int MostReported = 16;
    private const int LongestPause = 64; // in minimum election timeouts

    private readonly DigestHistory _history = new();
    private readonly DigestRounds _rounds = new();
    private readonly DivergenceStop _stop = new(context, transfers, latest);
    private long _term;
    private NodeId? _leader;
    private long _received; // the leader has answered the digests up to here
    private long _reported;
    private TimeSpan _reportAt;
    private TimeSpan _pause;

    /// <summary>The states that differ, as far as it concerns this node or its leadership; null if none is known.</summary>
    public StateDivergence? Divergence { get; private set; }

    /// <summary>The last index at which the state of this node was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex { get; private set; }

    /// <summary>When the worker must report again.</summary>
    public TimeSpan NextDeadline => digests is null || !IsReportDue ? TimeSpan.MaxValue : _reportAt;

    /// <summary>
    /// The last index after which the log should be kept, since a difference is not excluded there; null if there is none.
    /// </summary>
    public long? NeededAfter => _history.LastIndex > AgreedIndex ? AgreedIndex : null;

    private bool IsLeader => context.Module.Role == RaftRole.Leader;

    private bool IsReportDue => !IsLeader && _leader is not null && _history.LastIndex > _received;

    private TimeSpan ShortestPause => context.Settings.Consensus.MinimumElectionTimeout;

    /// <summary>
    /// Whether the state up to an index may soon be found to differ from that of other nodes. Not if snapshots are due more often than
    /// states are compared: each would wait for the next one.
    /// </summary>
    public bool AwaitsComparison(long index) =>
        digests?.Interval <= context.Settings.SnapshotAfterEntries && _history.LastIndex > 0 && AgreedIndex < index;

    /// <summary>Takes what has arrived, and reports or compares. Called in each pass, before the module's batch is complete.</summary>
    public void Advance()
    {
        if (digests is null)
        {
            return;
        }

        FollowLeadership();
        while (digests.TryTake(out IndexedDigest digest))
        {
            _history.Add(digest);
            if (IsLeader && _rounds.At(digest.Index) is { } round)
            {
                round.IsChanged = true;
            }
        }

        foreach (RaftMessage message in context.Module.Outputs.StateMessages)
        {
            Take(message);
        }

        if (IsLeader)
        {
            Compare();
        }
        else
        {
            Report();
        }

        _stop.Continue();
    }

    private void FollowLeadership()
    {
        ConsensusModule module = context.Module;
        if (module.Term == _term && module.Leader == _leader)
        {
            return;
        }

        (_term, _leader) = (module.Term, module.Leader);
        (_received, _reported) = (0, 0);
        _rounds.Clear();
        if (Divergence is { } known && !Concerns(known, context.NodeId))
        {
            Divergence = null; // it was the leader's to know
        }

        if (IsLeader)
        {
            _rounds.MemberOf(context.NodeId).AgreedIndex = AgreedIndex;
            foreach (IndexedDigest digest in _history.LatestAfter(AgreedIndex, MostReported))
            {
                _rounds.At(digest.Index);
            }
        }
    }

    private void Take(RaftMessage message)
    {
        if (message.Term != _term)
        {
            return; // of another leadership
        }

        if (message is StateDigestMessage report && IsLeader && context.Module.Configuration.Find(report.From) is not null)
        {
            OnReport(report);
        }
        else if (message is StateDigestReplyMessage reply && !IsLeader && reply.From == _leader)
        {
            OnReply(reply);
        }
    }

    private void OnReport(StateDigestMessage report)
    {
        ComparedMember member = _rounds.MemberOf(report.From);
        member.AwaitsAnswer = true;
        if (report.Digests.Count > 0 && report.AgreedIndex < report.Digests[0].Index)
        {
            member.AgreedIndex = Math.Max(member.AgreedIndex, report.AgreedIndex);
        }

        foreach ((long index, ulong digest) in report.Digests)
        {
            if (index > context.Module.LastIndex)
            {
                continue; // no member has applied what its leader does not hold
            }

            bool isTooOld = index <= _history.LastIndex && _history.Find(index) is null;
            if (!isTooOld && _rounds.At(index) is { } round)
            {
                round.Set(report.From, digest);
            }
            else
            {
                member.SkippedIndex = Math.Max(member.SkippedIndex, index);
            }
        }
    }

    /// <summary>The leader looks at what has changed, and answers.</summary>
    private void Compare()
    {
        foreach (DigestRound round in _rounds.All)
        {
            if (round.IsChanged)
            {
                round.IsChanged = false;
                Compare(round);
            }
        }

        foreach (ComparedMember member in _rounds.Members)
        {
            AnswerIfDue(member);
        }
    }

    private void Compare(DigestRound round)
    {
        if (_history.Find(round.Index) is not { } own)
        {
            if (round.Index < _history.LastIndex)
            {
                Settle(round); // this node's state was replaced by a later one
            }

            return;
        }

        if (round.Of(context.NodeId) is null)
        {
            round.Set(context.NodeId, own);
            round.IsChanged = false;
        }

        ClusterConfiguration configuration = context.Module.Configuration;
        if (round.FindMajority(configuration) is { } majority)
        {
            Settle(round);
            OnMajority(round, majority);
        }
        else if (round.Differs)
        {
            round.DiffersSince ??= context.Now;
            if (round.IsUndecidable(configuration) || context.Now - round.DiffersSince >= context.Settings.MaximumElectionTimeout)
            {
                Settle(round);
                OnDifference(round, majority: null);
            }
        }
    }

    private void OnMajority(DigestRound round, ulong majority)
    {
        foreach ((NodeId node, ulong digest) in round.Digests)
        {
            if (digest == majority)
            {
                ComparedMember member = _rounds.MemberOf(node);
                member.AgreedIndex = Math.Max(member.AgreedIndex, round.Index);
            }
        }

        AgreedIndex = Math.Max(AgreedIndex, _rounds.MemberOf(context.NodeId).AgreedIndex);
        if (round.Differs)
        {
            OnDifference(round, majority);
        }
        else if (Divergence is { } known && round.Index >= known.DifferingIndex
            && known.Sides.All(side => side.Nodes.All(node => round.Of(node) is not null)))
        {
            End(known);
        }
    }

    private void OnDifference(DigestRound round, ulong? majority)
    {
        StateDivergenceSide[] sides = round.Sides(majority);
        if (Divergence is { } known && known.DifferingIndex <= round.Index && IsSame(known, sides, majority is not null))
        {
            return; // it lasts
        }

        long agreed = sides.Skip(majority is null ? 0 : 1).SelectMany(static side => side.Nodes)
            .Min(node => _rounds.MemberOf(node).AgreedIndex);
        StateDivergence divergence = new()
        {
            AgreedIndex = Math.Min(agreed, round.Index - 1),
            DifferingIndex = round.Index,
            HasMajority = majority is not null,
            Sides = sides,
        };
        foreach ((NodeId node, _) in round.Digests)
        {
            _rounds.MemberOf(node).AwaitsAnswer |= Concerns(divergence, node);
        }

        Record(divergence);
    }

    /// <summary>
    /// Whether the same members differ as before. Of a majority not all have reported yet, and which ones have is of no interest.
    /// </summary>
    private static bool IsSame(StateDivergence known, StateDivergenceSide[] sides, bool hasMajority) =>
        known.HasMajority == hasMajority
        && (hasMajority
            ? known.Sides.Skip(1).Select(static side => side.Nodes).SequenceEqual(sides.Skip(1).Select(static side => side.Nodes))
            : sides.All(side => side.Nodes.All(node => known.Sides.Any(other => other.Nodes.Contains(node)))));

    private static bool Concerns(StateDivergence divergence, NodeId node) =>
        divergence.HasMajority ? divergence.IsInMinority(node) : divergence.Sides.Any(side => side.Nodes.Contains(node));

    private void Settle(DigestRound round)
    {
        if (round.IsSettled)
        {
            return;
        }

        round.IsSettled = true;
        foreach ((NodeId node, _) in round.Digests)
        {
            _rounds.MemberOf(node).AwaitsAnswer = true;
        }
    }

    private void AnswerIfDue(ComparedMember member)
    {
        if (!member.AwaitsAnswer)
        {
            return;
        }

        member.AwaitsAnswer = false;
        if (member.Node == context.NodeId)
        {
            return;
        }

        long received = _rounds.ReceivedFrom(member.Node);
        StateDivergence? divergence = Divergence is { } known && Concerns(known, member.Node) ? known : null;
        if (received > 0 || divergence is not null)
        {
            context.Module.AnswerDigests(member.Node, received, member.AgreedIndex, divergence);
        }
    }

    private void OnReply(StateDigestReplyMessage reply)
    {
        AgreedIndex = Math.Max(AgreedIndex, Math.Min(reply.AgreedIndex, _history.LastIndex));
        if (reply.Divergence is { } divergence)
        {
            if (divergence.HasMajority && _history.Find(divergence.DifferingIndex) == divergence.Sides[0].Digest)
            {
                _received = Math.Min(_received, divergence.DifferingIndex - 1); // the leader has received something else: says it again
                return;
            }

            if (_history.Find(divergence.DifferingIndex) is not null
                && (Divergence is not { } same || same.HasMajority != divergence.HasMajority
                    || same.DifferingIndex != divergence.DifferingIndex))
            {
                Record(divergence);
            }
        }
        else if (Divergence is { } known && reply.AgreedIndex >= known.DifferingIndex)
        {
            End(known);
        }

        _received = Math.Max(_received, Math.Min(reply.ReceivedIndex, _history.LastIndex));
    }

    /// <summary>Reports new digests at once, and those that are not answered again, in growing intervals.</summary>
    private void Report()
    {
        if (!IsReportDue)
        {
            return;
        }

        bool isNew = _history.LastIndex > _reported;
        if (!isNew && context.Now < _reportAt)
        {
            return;
        }

        _pause = isNew ? ShortestPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, ShortestPause.Ticks * LongestPause));
        _reportAt = context.Now + _pause;
        _reported = _history.LastIndex;
        context.Module.ReportDigests(_leader!.Value, AgreedIndex, _history.LatestAfter(_received, MostReported));
    }

    private void Record(StateDivergence divergence)
    {
        Divergence = divergence;
        context.Logger?.StatesDiffer(divergence);
        context.Metrics?.CountDivergence();
        if (divergence.IsInMinority(context.NodeId) && context.Settings.OnDivergence == DivergenceReaction.StopMinority
            && !context.Life.IsStopping)
        {
            _stop.Begin(divergence);
            applier.GiveUpState();
        }
    }

    private void End(StateDivergence known)
    {
        Divergence = null;
        context.Logger?.StatesAgree(known);
    }
}
