using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Transfer;

/// <summary>Leadership transfer, dissertation, section 3.10.</summary>
public sealed class TransferTests
{
    private static readonly Settings Strict = Settings.Default;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void Leader_UpToDateTarget_HandsOverWithinOneExchange()
    {
        ModuleCluster cluster = Led();

        Assert.Equal(TransferStart.Begun, Begin(cluster, "n3"));
        HandOver(cluster);

        Assert.Equal((RaftRole.Leader, 2), (cluster["n3"].Module.Role, cluster["n3"].Module.Term));
        Assert.Equal((RaftRole.Follower, "n3"), (cluster["n1"].Module.Role, cluster["n1"].Module.Leader?.Value));
        Assert.DoesNotContain(cluster.Delivered, static message => message is RequestVoteMessage { IsPreVote: true, From.Value: "n3" });
    }

    /// <summary>Voters still receive messages from the old leader: only the mark of the transfer lets them vote.</summary>
    [Fact]
    public void Voters_TransferElection_GrantAlthoughTheirLeaderIsAlive()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");
        cluster["n1"].Batch(module => module.HandOver());

        cluster.DeliverAll();

        RequestVoteMessage[] requests = [.. cluster.Delivered.OfType<RequestVoteMessage>().Where(request => request.From == "n3")];
        Assert.All(requests, request => Assert.True(request.IsTransfer));
        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);
    }

    [Fact]
    public void Target_ElectionAfterTheFirst_IsNotMarked()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));
        RequestVoteMessage[] first = [.. n1.Deliver(TimeoutNow("n2", 1, 1, 1)).OfType<RequestVoteMessage>()];
        Assert.All(first, request => Assert.True(request is { IsTransfer: true, IsPreVote: false, Term: 2 }));
        Assert.Equal(2, first.Length);

        Assert.All(n1.TimeOut(), request => Assert.False(request.IsTransfer));
    }

    [Fact]
    public void Target_HeartbeatsOfTheOldLeader_DoNotCancelItsElection()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));
        n1.Deliver(TimeoutNow("n2", 1, 1, 1));

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 1, 1, 1, 1));

        Assert.Equal((false, 2, RaftRole.Candidate), (reply.Success, reply.Term, n1.Module.Role));
    }

    [Fact]
    public void Target_RequestDeliveredTwice_CampaignsOnce()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));
        n1.Deliver(TimeoutNow("n2", 1, 1, 1));

        RaftMessage[] sent = n1.Deliver(TimeoutNow("n2", 1, 1, 1));

        Assert.Equal(TimeoutNowRefusal.TermIsOver, Assert.IsType<TimeoutNowReplyMessage>(Assert.Single(sent)).Reason);
        Assert.Equal(2, n1.Module.Term);
    }

    [Theory]
    [InlineData(2, 1)] // the leader's log is longer
    [InlineData(0, 0)] // the follower's log has grown since
    public void Target_LogEndsElsewhere_IgnoresTheRequest(long lastIndex, long lastTerm)
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));

        RaftMessage[] sent = n1.Deliver(TimeoutNow("n2", 1, lastIndex, lastTerm));

        Assert.Equal(TimeoutNowRefusal.NotUpToDate, Assert.IsType<TimeoutNowReplyMessage>(Assert.Single(sent)).Reason);
        Assert.Equal((RaftRole.Follower, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Target_RequestOfANodeThatDoesNotLead_IsRefused()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Deliver(Make.Append("n2", 1, 1, 1, 1));

        RaftMessage[] sent = n1.Deliver(TimeoutNow("n3", 1, 1, 1));

        Assert.Equal(TimeoutNowRefusal.NotUpToDate, Assert.IsType<TimeoutNowReplyMessage>(Assert.Single(sent)).Reason);
        Assert.Equal("n2", n1.Module.Leader?.Value);
    }

    [Fact]
    public void Target_AboutToStop_RefusesAndTheLeaderContinues()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");
        cluster["n3"].Batch(module => module.BeginStop());
        cluster.Take<AppendEntriesReplyMessage>(); // the announcement is lost

        HandOver(cluster);

        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.Equal((null, TransferFailure.Refused), (cluster["n1"].Module.Transfer, cluster["n1"].Module.LastTransferFailure));
        Assert.Equal(2, cluster["n1"].Module.LastIndex); // an entry that the target does not have when a late request reaches it
    }

    /// <summary>The first request was late, and so is its refusal. It must not end the transfer that the target has begun to win.</summary>
    [Fact]
    public void Leader_LateRefusalOfAnEarlierRequest_DoesNotEndTheNextTransfer()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");
        cluster.DeliverAll();
        cluster["n1"].Batch(static module => module.HandOver());
        TimeoutNowMessage first = Assert.Single(cluster.Take<TimeoutNowMessage>());
        cluster.Pass(Strict.MinimumElectionTimeout);
        Assert.Equal((null, TransferFailure.TimedOut), (cluster["n1"].Module.Transfer, cluster["n1"].Module.LastTransferFailure));
        cluster.Deliver(first);
        TimeoutNowReplyMessage refusal = Assert.Single(cluster.Take<TimeoutNowReplyMessage>());
        Begin(cluster, "n3");
        cluster.DeliverAll();
        cluster["n1"].Batch(static module => module.HandOver());

        cluster.Deliver(refusal);
        Assert.NotNull(cluster["n1"].Module.Transfer);

        cluster.DeliverAll();
        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);
    }

    [Fact]
    public void Leader_TargetLacksLittle_PausesProposalsUntilItHasEverything()
    {
        ModuleCluster cluster = Led();
        cluster["n1"].Propose(new byte[] { 1 });
        Begin(cluster, "n3");

        Assert.Equal(ProposeResult.TransferUnderWay, cluster["n1"].Propose(new byte[] { 2 }));
        Assert.False(cluster["n1"].Module.IsReadyToHandOver);
        cluster.DeliverAll();

        Assert.True(cluster["n1"].Module.IsReadyToHandOver);
    }

    [Fact]
    public void Leader_TargetLacksMoreThanAMessage_TakesProposalsMeanwhile()
    {
        ModuleCluster cluster = new(3, Strict with { MaximumMessageEntries = 4 });
        cluster.Elect("n1");
        cluster.Cut("n1", "n3");
        for (int i = 0; i < 10; i++)
        {
            cluster.Propose("n1");
        }

        Begin(cluster, "n3");
        Assert.Equal(ProposeResult.Appended, cluster["n1"].Propose(new byte[] { 2 }));
        cluster.Heal();
        cluster.Heartbeat("n1");
        HandOver(cluster);

        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);
    }

    [Fact]
    public void Leader_TargetNeedsASnapshot_SendsItFirst()
    {
        ModuleCluster cluster = new(3, Strict);
        cluster.Elect("n1");
        cluster.Cut("n1", "n3");
        cluster.Propose("n1");
        cluster.Propose("n1");
        cluster["n1"].Compact();

        Begin(cluster, "n3");
        cluster.Heal();
        cluster.Pass(2 * Strict.HeartbeatInterval);
        HandOver(cluster);

        Assert.NotEmpty(cluster.ChunksTo("n3"));
        Assert.Equal(RaftRole.Leader, cluster["n3"].Module.Role);
    }

    [Fact]
    public void Leader_TargetDoesNotTakeOver_GivesUpAppendsAndTakesProposals()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");
        cluster.Drop = message => message is TimeoutNowMessage;
        cluster["n1"].Batch(static module => module.HandOver());

        cluster.Pass(Strict.MinimumElectionTimeout);

        ConsensusModule n1 = cluster["n1"].Module;
        Assert.Equal((RaftRole.Leader, 1, 2), (n1.Role, n1.Term, n1.LastIndex));
        Assert.Equal((null, TransferFailure.TimedOut), (n1.Transfer, n1.LastTransferFailure));
        Assert.Equal(ProposeResult.Appended, cluster["n1"].Propose(new byte[] { 1 }));
    }

    [Fact]
    public void Leader_LateRequestAfterItGaveUp_ElectsNobody()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");
        cluster["n1"].Batch(static module => module.HandOver());
        TimeoutNowMessage late = Assert.Single(cluster.Take<TimeoutNowMessage>());
        cluster.Pass(Strict.MinimumElectionTimeout);

        cluster.Deliver(late);
        cluster.DeliverAll();

        Assert.Equal((RaftRole.Leader, 1), (cluster["n1"].Module.Role, cluster["n1"].Module.Term));
        Assert.Equal((RaftRole.Follower, 1), (cluster["n3"].Module.Role, cluster["n3"].Module.Term));
    }

    [Fact]
    public void Leader_TargetNeverCatchesUp_GivesUpAtTheDeadlineWithoutAnEntry()
    {
        ModuleCluster cluster = Led();
        cluster.Isolate("n3");
        cluster["n1"].Propose(new byte[] { 1 });
        cluster.DeliverAll();
        cluster["n1"].Batch(module => module.BeginTransfer("n3", TimeSpan.FromSeconds(3), cluster.Clock.Now));

        cluster.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal((null, TransferFailure.TimedOut), (cluster["n1"].Module.Transfer, cluster["n1"].Module.LastTransferFailure));
        Assert.Equal(2, cluster["n1"].Module.LastIndex);
    }

    /// <summary>It lacks more than one message can carry, so proposals continue, and the transfer's own deadline counts.</summary>
    [Fact]
    public void Leader_TargetThatIsFarBehind_GivesUpAfterTheTimeoutOfTheTransfer()
    {
        ModuleCluster cluster = new(3, Strict with { MaximumMessageEntries = 1 });
        cluster.Elect("n1");
        cluster.Isolate("n3");
        cluster.Propose("n1");
        cluster.Propose("n1");
        cluster["n1"].Batch(module => module.BeginTransfer("n3", TimeSpan.FromSeconds(3), cluster.Clock.Now));

        cluster.Pass(TimeSpan.FromSeconds(2.9));
        Assert.Equal(TransferPhase.CatchingUp, cluster["n1"].Module.Transfer?.Phase);
        cluster.Propose("n1");
        cluster.Pass(TimeSpan.FromSeconds(0.2));

        Assert.Equal((null, TransferFailure.TimedOut), (cluster["n1"].Module.Transfer, cluster["n1"].Module.LastTransferFailure));
    }

    [Theory]
    [InlineData("n1", TransferStart.TargetIsLeader)]
    [InlineData("n9", TransferStart.TargetUnknown)]
    public void Leader_TargetThatCannotLead_BeginsNothing(string target, object start)
    {
        ModuleCluster cluster = Led();

        Assert.Equal(start, Begin(cluster, target));

        Assert.Null(cluster["n1"].Module.Transfer);
    }

    [Fact]
    public void BeginTransfer_OnAFollower_IsRefused() => Assert.Equal(TransferStart.NotLeader, Begin(Led(), "n3", on: "n2"));

    [Fact]
    public void BeginTransfer_DuringATransfer_IsRefused()
    {
        ModuleCluster cluster = Led();
        Begin(cluster, "n3");

        Assert.Equal(TransferStart.AlreadyUnderWay, Begin(cluster, "n2"));
    }

    [Fact]
    public void BeginTransfer_NoTargetNamed_ChoosesAnAvailableVoterWithMostOfTheLog()
    {
        ModuleCluster cluster = new(3, Strict);
        cluster.Elect("n1");
        cluster.Cut("n1", "n2");
        cluster.Propose("n1");

        Assert.Equal(TransferStart.Begun, Begin(cluster, target: null));

        Assert.Equal("n3", cluster["n1"].Module.Transfer?.Target.Value);
    }

    [Fact]
    public void BeginTransfer_NoTargetNamedAndNobodyHeardFrom_HasNoTarget()
    {
        ModuleCluster cluster = Led();
        cluster.Isolate("n1");
        cluster.Clock.Advance(2.5 * Strict.HeartbeatInterval);

        Assert.Equal(TransferStart.NoTarget, Begin(cluster, target: null));
    }

    [Fact]
    public void BeginTransfer_OthersAnnounceTheirStop_HasNoTarget()
    {
        ModuleCluster cluster = Led();
        foreach (NodeId id in (NodeId[])["n2", "n3"])
        {
            cluster["n2"].Batch(static module => module.BeginStop());
            cluster[id].Batch(static module => module.BeginStop());
        }

        cluster.DeliverAll();

        Assert.Equal(TransferStart.NoTarget, Begin(cluster, target: null));
        Assert.False(cluster["n1"].Module.CanLeave);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public void CanLeave_AllOthersAvailable_IfTheyAreAMajority(int nodes, bool canLeave)
    {
        ModuleCluster cluster = new(nodes, Strict);
        if (nodes > 1)
        {
            cluster.Elect("n1");
        }

        Assert.Equal(canLeave, cluster["n1"].Module.CanLeave);
    }

    [Fact]
    public void Leader_ThatStops_AppendsNothingWhenItGivesUp()
    {
        ModuleCluster cluster = Led();
        cluster["n1"].Batch(static module => module.BeginStop());
        cluster["n1"].Batch(module => module.BeginTransfer(null, Strict.MinimumElectionTimeout, cluster.Clock.Now, isForStop: true));
        cluster.DeliverAll();
        cluster.Drop = message => message is TimeoutNowMessage;
        cluster["n1"].Batch(static module => module.HandOver());

        cluster.Pass(Strict.MinimumElectionTimeout);

        Assert.Equal((null, 1), (cluster["n1"].Module.Transfer, cluster["n1"].Module.LastIndex));
    }

    [Fact]
    public void StoppingNode_ElectionTimeout_DoesNotCampaign()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Node.Batch(static module => module.BeginStop());

        Assert.Empty(n1.Pass(TimeSpan.FromMinutes(1)));

        Assert.Null(n1.Module.NextDeadline);
    }

    [Fact]
    public void AnnounceCommit_FollowersThatDoNotKnowIt_AreSentTheCommitIndex()
    {
        ModuleCluster cluster = new(3, Strict with { CommitNoticeDelay = Strict.HeartbeatInterval });
        cluster.Elect("n1");
        cluster.Propose("n1");
        Assert.True(cluster["n2"].Module.CommitIndex < 2);

        cluster["n1"].Batch(static module => module.AnnounceCommit());
        cluster.DeliverAll();

        Assert.Equal((2, 2), (cluster["n2"].Module.CommitIndex, cluster["n3"].Module.CommitIndex));
    }

    private static ModuleCluster Led()
    {
        ModuleCluster cluster = new(3, Strict);
        cluster.Elect("n1");
        return cluster;
    }

    private static TransferStart Begin(ModuleCluster cluster, string? target, string on = "n1")
    {
        TransferStart start = default;
        NodeId? named = target is null ? (NodeId?)null : new NodeId(target);
        cluster[on].Batch(module => start = module.BeginTransfer(named, Timeout, cluster.Clock.Now));
        return start;
    }

    private static void HandOver(ModuleCluster cluster)
    {
        cluster.DeliverAll();
        Assert.True(cluster["n1"].Module.IsReadyToHandOver);
        cluster["n1"].Batch(static module => module.HandOver());
        cluster.DeliverAll();
    }

    private static TimeoutNowMessage TimeoutNow(NodeId from, long term, long lastIndex, long lastTerm) => new()
    {
        From = from,
        To = "n1",
        Origin = Make.Origin,
        Term = term,
        LastLogIndex = lastIndex,
        LastLogTerm = lastTerm,
    };
}
