using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>When the host must call again, and that it may call early, late or with a time that fell.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public void NextDeadline_BeforeStart_IsNoneAndNoNodeCampaigns()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)));

        Assert.Null(module.NextDeadline);
        module.AdvanceTime(TimeSpan.FromHours(1));
        module.CompleteBatch();

        Assert.Equal(RaftRole.Follower, module.Role);
        Assert.True(module.Outputs.IsEmpty);
    }

    [Fact]
    public void Module_BeforeStart_AnswersMessages()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)));

        module.Receive(Make.RequestVote("n2", 1, 0, 0), TimeSpan.Zero);
        module.CompleteBatch();

        Assert.True(Assert.IsType<RequestVoteReplyMessage>(module.Outputs.Messages[0].Message).VoteGranted);
    }

    [Fact]
    public void Follower_BeforeItsDeadline_WaitsAndThenCampaigns()
    {
        SingleModule n1 = new();
        TimeSpan deadline = n1.Module.NextDeadline!.Value;
        Assert.InRange(deadline, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        n1.Pass(deadline - TimeSpan.FromTicks(1));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);

        n1.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
        Assert.InRange(n1.Module.NextDeadline!.Value - n1.Clock.Now, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Follower_SignOfLife_PostponesTheDeadline()
    {
        SingleModule n1 = new();
        n1.Clock.Advance(TimeSpan.FromMilliseconds(900));

        n1.Deliver(Make.Append("n2", 1, 0, 0, 0));

        Assert.InRange(n1.Module.NextDeadline!.Value, TimeSpan.FromMilliseconds(1_900), TimeSpan.FromMilliseconds(3_900));
    }

    [Fact]
    public void Voter_Grant_PostponesTheDeadline()
    {
        SingleModule n1 = new();
        n1.Clock.Advance(TimeSpan.FromMilliseconds(999));

        n1.Deliver(Make.RequestVote("n2", 1, 0, 0));

        Assert.True(n1.Module.NextDeadline >= TimeSpan.FromMilliseconds(1_999));
    }

    /// <summary>
    /// Figure 2: only a current leader or a granted vote does. A candidate that cannot win must not keep others from trying.
    /// </summary>
    [Fact]
    public void Voter_RefusalOrStaleLeader_LeavesTheDeadline()
    {
        SingleModule n1 = SingleModule.Follower(3, 1, 2);
        TimeSpan? deadline = n1.Module.NextDeadline;
        n1.Clock.Advance(TimeSpan.FromMilliseconds(500));

        n1.Deliver(Make.RequestVote("n2", 4, 1, 1));
        n1.Deliver(Make.Append("n3", 3, 0, 0, 0));
        n1.Deliver(Make.RequestVote("n2", 5, 1, 1, isPreVote: true));

        Assert.Equal(deadline, n1.Module.NextDeadline);
    }

    [Fact]
    public void Leader_NextDeadline_IsItsNextHeartbeat()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Default);

        Assert.Equal(n1.Clock.Now + TimeSpan.FromMilliseconds(200), n1.Module.NextDeadline);
    }

    [Fact]
    public void Leader_NextDeadline_IncludesTheCheckOfItsQuorum()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Default with { HeartbeatInterval = TimeSpan.FromMilliseconds(300) });
        n1.Pass(TimeSpan.FromMilliseconds(950));

        Assert.Equal(n1.Clock.Now + TimeSpan.FromMilliseconds(50), n1.Module.NextDeadline);
    }

    [Fact]
    public void SingleLeader_NextDeadline_IsNone()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1, settings: Settings.Default);

        Assert.Null(n1.Module.NextDeadline);
    }

    [Fact]
    public void SingleNode_Start_CampaignsAtOnce()
    {
        SingleModule n1 = new(voters: 1);

        Assert.Equal(TimeSpan.Zero, n1.Module.NextDeadline);
    }

    [Fact]
    public void Module_TimeGoesBackwards_ContinuesFromTheLatest()
    {
        SingleModule n1 = SingleModule.Leader();
        TimeSpan? deadline = n1.Module.NextDeadline;

        n1.Module.AdvanceTime(TimeSpan.Zero);
        n1.Module.CompleteBatch();

        Assert.Equal(deadline, n1.Module.NextDeadline);
        Assert.True(n1.Module.Outputs.IsEmpty);
    }

    [Fact]
    public void SteppedDownLeader_NextDeadline_IsAFullTimeoutAway()
    {
        SingleModule n1 = SingleModule.Leader(settings: Settings.Default);

        n1.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(RaftRole.Follower, n1.Module.Role);
        Assert.InRange(n1.Module.NextDeadline!.Value - n1.Clock.Now, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void EveryNode_ManyTimeouts_TermsNeverFall()
    {
        ModuleCluster cluster = new(3);
        Dictionary<NodeId, long> terms = [];
        for (int i = 0; i < 30; i++)
        {
            NodeId id = Settings.Ids(3)[i % 3];
            if (cluster[id].Module.Role != RaftRole.Leader)
            {
                cluster.Elect(id);
            }

            if (i % 4 == 0)
            {
                cluster[id].CrashAndRestart();
            }

            foreach (TestNode node in cluster.Nodes)
            {
                Assert.True(node.Module.Term >= terms.GetValueOrDefault(node.Id));
                Assert.Equal(node.Module.Term, node.Disk.HardState.Term);
                terms[node.Id] = node.Module.Term;
            }
        }

        Assert.True(terms["n1"] > 15);
    }
}
