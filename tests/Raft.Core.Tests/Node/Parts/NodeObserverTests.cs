namespace Raft.Tests.Node;

/// <summary>Which changes of the status become which log messages.</summary>
public sealed class NodeObserverTests : IDisposable
{
    private const int Running = 100;
    private const int Stopped = 101;
    private const int Failed = 102;
    private const int Leads = 110;
    private const int Follows = 111;
    private const int LostLeadership = 112;
    private const int LostLeader = 113;
    private const int Campaigns = 114;
    private const int AsksForPreVotes = 115;
    private const int Leaderless = 116;
    private const int FailureOver = 164;

    private readonly PartsLab _lab = new();
    private readonly NodeObserver _observer;

    public NodeObserverTests() =>
        _observer = new NodeObserver(_lab.Context, new DroppedMessages(metrics: null, _lab.Logger), new LatenessReports(_lab.Context));

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Observe_BeforeTheNodeRuns_LogsNothing()
    {
        _observer.Observe(Status(RaftRole.Follower, term: 3, leader: "n2"));

        Assert.Empty(_lab.Logged);
    }

    [Fact]
    public void Observe_NoChange_LogsNothing()
    {
        Begin(Status(RaftRole.Follower, term: 3, leader: "n2"));

        _observer.Observe(Status(RaftRole.Follower, term: 3, leader: "n2"));

        Assert.Equal([Running], _lab.Logged);
    }

    [Fact]
    public void Observe_AnElectionThatIsWon_LogsEachStep()
    {
        Begin(Status(RaftRole.Follower, term: 0, leader: null));

        _observer.Observe(Status(RaftRole.PreCandidate, term: 0, leader: null));
        _observer.Observe(Status(RaftRole.Candidate, term: 1, leader: null));
        _observer.Observe(Status(RaftRole.Leader, term: 1, leader: "n1"));

        Assert.Equal([Running, AsksForPreVotes, Campaigns, Leads], _lab.Logged);
    }

    [Fact]
    public void Observe_AnElectionThatIsWonWithinOnePass_LogsOnlyTheResult()
    {
        Begin(Status(RaftRole.Follower, term: 0, leader: null));

        _observer.Observe(Status(RaftRole.Leader, term: 1, leader: "n1"));

        Assert.Equal([Running, Leads], _lab.Logged);
    }

    [Fact]
    public void Observe_ALeaderThatStepsDown_LogsTheLossAndTheNextLeader()
    {
        Begin(Status(RaftRole.Leader, term: 1, leader: "n1"));

        _observer.Observe(Status(RaftRole.Follower, term: 2, leader: "n2"));

        Assert.Equal([Running, LostLeadership, Follows], _lab.Logged);
    }

    [Fact]
    public void Observe_AFollowerWhoseLeaderFallsSilent_LogsTheLoss()
    {
        Begin(Status(RaftRole.Follower, term: 1, leader: "n2"));

        _observer.Observe(Status(RaftRole.PreCandidate, term: 1, leader: null));

        Assert.Equal([Running, LostLeader, AsksForPreVotes], _lab.Logged);
    }

    [Fact]
    public void Observe_NoLeaderForTwoElectionTimeouts_WarnsOnceAMinuteUntilThereIsOne()
    {
        Begin(Status(RaftRole.Follower, term: 1, leader: null));
        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: null));
        Assert.Equal(_lab.Context.Now + _lab.Settings.LeaderlessTimeout, _observer.NextDeadline);

        WaitTwoTimeouts();
        WaitTwoTimeouts();
        Assert.Equal([Running, Leaderless], _lab.Logged);
        WaitAMinute();
        Assert.Equal([Running, Leaderless, Leaderless], _lab.Logged);

        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: "n2"));
        Assert.Equal([Running, Leaderless, Leaderless, Follows, FailureOver], _lab.Logged);
        Assert.Equal(TimeSpan.MaxValue, _observer.NextDeadline);

        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: null));
        WaitAMinute();
        Assert.Equal([Running, Leaderless, Leaderless, Follows, FailureOver, LostLeader, Leaderless], _lab.Logged);
    }

    [Fact]
    public void Observe_NoLeaderForLessThanTwoElectionTimeouts_LogsNoOutageAndNoEnd()
    {
        Begin(Status(RaftRole.Follower, term: 1, leader: null));
        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: null));

        _lab.Advance(_lab.Settings.LeaderlessTimeout - TimeSpan.FromTicks(1));
        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: null));
        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: "n2"));

        Assert.Equal([Running, Follows], _lab.Logged);
    }

    [Fact]
    public void End_WithoutAFailure_LogsThatTheNodeStopped()
    {
        Begin(Status(RaftRole.Follower, term: 1, leader: "n2"));

        _observer.End(failure: null);

        Assert.Equal([Running, Stopped], _lab.Logged);
    }

    [Fact]
    public void End_OfANodeThatNeverRan_LogsOnlyAFailure()
    {
        _observer.End(failure: null);
        Assert.Empty(_lab.Logged);

        _observer.End(new NodeFailedException("failed", new IOException("Disk gone.")));
        Assert.Equal([Failed], _lab.Logged);
    }

    private static PublishedStatus Status(RaftRole role, long term, string? leader) => new()
    {
        Lifecycle = NodeLifecycle.Running,
        Role = role,
        Term = term,
        Leader = leader is null ? default(NodeId?) : new NodeId(leader),
        FirstIndex = 1,
    };

    private void Begin(PublishedStatus status) => _observer.Begin(in status, new ReadLimit(1));

    private void WaitTwoTimeouts() => Wait(_lab.Settings.LeaderlessTimeout);

    private void WaitAMinute() => Wait(TimeSpan.FromMinutes(1));

    private void Wait(TimeSpan duration)
    {
        _lab.Advance(duration);
        _observer.Observe(Status(RaftRole.Follower, term: 1, leader: null));
    }
}
