using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>A node that comes late gives its leader a chance to be heard, once for each wait.</summary>
public sealed class LatenessTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    [Fact]
    public void Follower_ThatComesLate_WaitsOnceMoreForItsLeader()
    {
        SingleModule n1 = new(settings: Settings.Default);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        Assert.Empty(n1.Jump(Pause));
        Assert.Equal((RaftRole.Follower, "n2"), (n1.Module.Role, n1.Module.Leader?.Value));
        TimeSpan wait = n1.Module.NextDeadline!.Value - n1.Clock.Now;
        Assert.InRange(wait, Settings.Default.MinimumElectionTimeout, Settings.Default.MaximumElectionTimeout);

        n1.TimeOut();
        Assert.Equal(RaftRole.PreCandidate, n1.Module.Role);
    }

    [Fact]
    public void Follower_ThatIsInTime_CampaignsAtOnce()
    {
        SingleModule n1 = new(settings: Settings.Default);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        n1.Jump(n1.Module.NextDeadline!.Value - n1.Clock.Now + (Settings.Default.HeartbeatInterval / 4));

        Assert.Equal(RaftRole.PreCandidate, n1.Module.Role);
    }

    [Fact]
    public void Node_ThatIsAlwaysLate_CampaignsNevertheless()
    {
        SingleModule n1 = new(settings: Settings.Default);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        n1.Jump(Pause);
        n1.Jump(Pause);

        Assert.Equal(RaftRole.PreCandidate, n1.Module.Role);
    }

    [Fact]
    public void Follower_LateAgainAfterItHasHeardItsLeader_WaitsAgain()
    {
        SingleModule n1 = new(settings: Settings.Default);
        for (int i = 0; i < 3; i++)
        {
            n1.Deliver(Make.Append("n2", 1, 0, 0, 0));
            Assert.Empty(n1.Jump(Pause));
        }

        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    [Fact]
    public void SingleNode_ThatStartsLate_LeadsAtOnce()
    {
        SingleModule n1 = new(voters: 1, settings: Settings.Default);

        n1.Jump(Pause);

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    /// <summary>All processes of a cluster were paused: until its followers answer again, the leader does not help to replace itself.</summary>
    [Fact]
    public void Leader_AfterAPause_RefusesPreVotes()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Default);
        n1.Jump(Pause);

        Assert.False(n1.Deliver(Make.RequestVote("n2", n1.Module.Term + 1, 100, 100, isPreVote: true)).VoteGranted);
    }
}
