using Raft.Consensus;

namespace Raft;

/// <summary>
/// Compares the state of this node with those of the other members, by the digests of the same indexes. Followers and learners report
/// theirs to the leader until it answers; the leader compares them, and answers with what concerns the member. A new leader starts again.
/// Used by the node's worker.
/// </summary>
/// <remarks>
/// The members whose state differs from that of a majority of the voters are the minority, and stop unless the options say otherwise.
/// Without a majority nobody stops.
/// </remarks>
internal sealed class StateComparison
{
    private const int LongestWait = 4; // in maximum election timeouts

    private readonly NodeContext _context;
    private readonly AppliedDigests? _digests;
    private readonly Applier _applier;
    private readonly DigestHistory _history = new();
    private readonly DigestReporter _reporter;
    private readonly DigestJudge _judge;
    private readonly DivergenceStop _stop;
    private bool _leads; // as of the last pass
    private long _term;
    private NodeId? _leader;
    private long _run; // distinguishes this run of the node from earlier ones
    private TimeSpan _agreedAt;

    public StateComparison(
        NodeContext context, AppliedDigests? digests, Applier applier, LeadershipTransfers transfers, LatestSnapshot latest)
    {
        (_context, _digests, _applier) = (context, digests, applier);
        _stop = new DivergenceStop(context, transfers, latest);
        _reporter = new DigestReporter(_history, context.Settings.Consensus.MinimumElectionTimeout)
        {
            Differs = divergence => Report(divergence, divergence),
            Ends = divergence => context.Logger?.StatesAgree(divergence, "the state of this node is that of a majority again"),
        };
        _judge = new DigestJudge(context.NodeId, _history, context.Settings.MaximumElectionTimeout)
        {
            Differs = Report,
            Ends = (divergence, reason) => context.Logger?.StatesAgree(divergence, reason),
            Answers = (member, received) =>
                context.Module.AnswerDigests(member.Node, member.Run, received, member.AgreedIndex, member.Difference),
        };
    }

    /// <summary>The states that differ, as far as it concerns this node or its leadership; null if none is known.</summary>
    public StateDivergence? Divergence => _leads ? _judge.Divergence : _reporter.Divergence;

    /// <summary>The last index at which the state of this node was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex => _reporter.AgreedIndex;

    /// <summary>When the worker must report or compare again.</summary>
    public TimeSpan NextDeadline => _digests is null ? TimeSpan.MaxValue : _leads ? _judge.NextDeadline : _reporter.NextDeadline;

    /// <summary>
    /// The last index after which the log should be kept, since a difference is not excluded there; null if there is none.
    /// </summary>
    public long? NeededAfter => _history.LastIndex > AgreedIndex ? AgreedIndex : null;

    /// <summary>After how many entries states are compared with those of other nodes; null if they are not.</summary>
    public long? Interval => IsAlone ? null : _digests?.Interval;

    private bool IsAlone => _context.Module.Configuration is { IsJoint: false, Voters.Count: 1 } configuration
        && configuration.IsVoter(_context.NodeId);

    /// <summary>Whether the state at an index may soon be found to differ from that of other nodes.</summary>
    /// <param name="index">An index of which there is a digest.</param>
    /// <param name="since">Since when the question has been asked.</param>
    public bool AwaitsComparison(long index, TimeSpan since)
    {
        TimeSpan progressed = _agreedAt > since ? _agreedAt : since;
        bool hasDigest = _digests?.Captures == true || _history.Find(index) is not null; // that of a capture may come later
        return Interval is not null && hasDigest && AgreedIndex < index
            && _context.Now - progressed < LongestWait * _context.Settings.MaximumElectionTimeout;
    }

    /// <summary>Takes what has arrived, and reports or compares. Called in each pass, before the module's batch is complete.</summary>
    public void Advance()
    {
        if (_digests is null)
        {
            return;
        }

        long agreed = AgreedIndex;
        FollowLeadership();
        TakeDigests();
        foreach (RaftMessage message in _context.Module.Outputs.StateMessages)
        {
            Take(message);
        }

        if (_leads)
        {
            _judge.Compare(_context.Module.Configuration, _context.Now);
            _reporter.Agree(_judge.AgreedIndex);
        }
        else if (_reporter.TakeDue(_context.Now) is { Length: > 0 } due)
        {
            _context.Module.ReportDigests(_leader!.Value, Run(), AgreedIndex, due);
        }

        _agreedAt = AgreedIndex > agreed ? _context.Now : _agreedAt;
        _stop.Continue();
    }

    private void FollowLeadership()
    {
        ConsensusModule module = _context.Module;
        if (module.Term == _term && module.Leader == _leader)
        {
            return;
        }

        StateDivergence? own = _leads ? _judge.OwnDifference : _reporter.Divergence; // what concerns others was the leader's to know
        (_term, _leader, _leads) = (module.Term, module.Leader, module.Role == RaftRole.Leader);
        _reporter.Follow(_leads ? null : _leader, own);
        if (_leads)
        {
            _judge.Begin(AgreedIndex, own);
        }
        else
        {
            _judge.End();
        }
    }

    private void TakeDigests()
    {
        while (_digests!.TryTake(out IndexedDigest digest))
        {
            _history.Add(digest);
            if (_leads)
            {
                _judge.OnOwn(digest.Index);
            }
        }
    }

    private void Take(RaftMessage message)
    {
        if (message.Term != _term)
        {
            return; // of another leadership
        }

        if (message is StateDigestMessage report && _leads && _context.Module.Configuration.Find(report.From) is not null)
        {
            _judge.OnReport(report, _context.Module.LastIndex);
        }
        else if (message is StateDigestReplyMessage reply && !_leads && reply.From == _leader
            && _run != 0 && reply.Correlation == _run)
        {
            _reporter.OnReply(reply);
        }
    }

    private long Run() => _run = _run == 0 ? Math.Max(1, _context.Module.UtcNow.UtcTicks) : _run;

    /// <summary>States differ.</summary>
    /// <param name="divergence">The difference.</param>
    /// <param name="own">The difference as it concerns this node; null if it does not.</param>
    private void Report(StateDivergence divergence, StateDivergence? own)
    {
        _context.Logger?.StatesDiffer(divergence);
        _context.Metrics?.CountDivergence();
        if (own?.IsInMinority(_context.NodeId) == true && _context.Settings.OnDivergence == DivergenceReaction.StopMinority
            && !_context.Life.IsStopping)
        {
            _stop.Begin(own);
            _applier.GiveUpState();
        }
    }
}
