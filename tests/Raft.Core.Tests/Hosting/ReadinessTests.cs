namespace Raft.Tests.Hosting;

/// <summary>Whether a node is ready: it is judged by its progress, and not by what it holds.</summary>
public sealed class ReadinessTests
{
    private static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(10);

    private static readonly ReadinessLimits Limits = new(MaximumApplyLag: 10_000, MaximumLag: null);

    /// <summary>A follower that has applied everything, and to which nothing happens.</summary>
    private static readonly RaftStatus Idle = new()
    {
        NodeId = "n2",
        Lifecycle = NodeLifecycle.Running,
        Leader = "n1",
        CommitIndex = 5,
        KnownCommitIndex = 5,
        AppliedIndex = 5,
        HasCaughtUp = true,
    };

    [Fact]
    public void Node_Idle_IsReady() => Assert.Equal(new Readiness(IsReady: true, Missing: string.Empty), Of(Idle));

    [Fact]
    public void Node_WithoutALeader_IsNotReady() => Assert.False(Of(Idle with { Leader = null }).IsReady);

    [Theory]
    [InlineData(NodeLifecycle.Idle)]
    [InlineData(NodeLifecycle.Starting)]
    [InlineData(NodeLifecycle.Stopping)]
    [InlineData(NodeLifecycle.Stopped)]
    [InlineData(NodeLifecycle.Failed)]
    public void Node_ThatDoesNotRun_IsNotReady(NodeLifecycle lifecycle) =>
        Assert.False(Of(Idle with { Lifecycle = lifecycle }).IsReady);

    /// <summary>Its own commit index says that it lacks nothing: a snapshot that never arrives leaves it at 0.</summary>
    [Fact]
    public void Follower_StuckAtTheStart_IsNotReady()
    {
        Readiness readiness = Of(Idle with { CommitIndex = 0, AppliedIndex = 0, KnownCommitIndex = 1_000, HasCaughtUp = false });

        Assert.Equal(
            new Readiness(IsReady: false, "; it has not caught up since its start: it has applied 0 of 1000"), readiness);
    }

    [Fact]
    public void Follower_BehindItsLeaderForTooLong_IsNotReady()
    {
        Readiness readiness = Of(Idle with { KnownCommitIndex = 6, Lag = HangTimeout });

        Assert.Equal(
            new Readiness(IsReady: false, "; it makes no progress: it has lagged for 00:00:10, and may for 00:00:10"), readiness);
    }

    [Theory]
    [InlineData(9.9, true)]
    [InlineData(10, false)]
    public void Proposal_ThatWaits_MakesItsNodeUnreadyOnlyAfterTheLimit(double seconds, bool isReady) =>
        Assert.Equal(isReady, Of(Idle with { Role = RaftRole.Leader, Lag = TimeSpan.FromSeconds(seconds) }).IsReady);

    [Fact]
    public void Limit_Given_ReplacesTheHangTimeout() => Assert.False(
        Readiness.Of(Idle with { Lag = TimeSpan.FromSeconds(2) }, Limits with { MaximumLag = TimeSpan.FromSeconds(2) }, HangTimeout).IsReady);

    [Theory]
    [InlineData(1_000_000, 0.1, true)] // a burst
    [InlineData(10_000, 1, true)]
    [InlineData(10_001, 1, false)]
    public void ManyEntries_Waiting_MatterOnlyIfTheyWaitForMoreThanAMoment(long entries, double seconds, bool isReady) => Assert.Equal(
        isReady, Of(Idle with { KnownCommitIndex = 5 + entries, Lag = TimeSpan.FromSeconds(seconds) }).IsReady);

    [Theory]
    [InlineData(HangingResource.StateMachine, false)]
    [InlineData(HangingResource.LogStore, false)]
    [InlineData(HangingResource.SnapshotStore, true)] // nobody waits for it
    [InlineData(HangingResource.Digest, true)] // nor for this
    public void Node_ThatHangs_IsReadyOnlyIfNobodyWaits(HangingResource resource, bool isReady) => Assert.Equal(
        isReady, Of(Idle with { Hangs = [new HangingWork(resource, "working", DateTimeOffset.UnixEpoch)] }).IsReady);

    private static Readiness Of(RaftStatus status) => Readiness.Of(status, Limits, HangTimeout);
}
