using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Reads;

/// <summary>The leader's side of reads by read index: section 8; dissertation, section 6.4.</summary>
public sealed class LeaderReadTests
{
    [Fact]
    public void Leader_AMajorityAnswersTheRound_GrantsItsCommitIndex()
    {
        SingleModule n1 = Settled();

        AppendEntriesMessage[] round = Read(n1);

        Assert.Equal(["n2", "n3"], round.Select(static heartbeat => heartbeat.To.Value));
        Assert.All(round, static heartbeat => Assert.True(heartbeat.Entries.IsEmpty));
        Assert.Empty(n1.Node.ReadGrants);

        n1.Deliver(Make.Accept(round[0]));

        Assert.Equal((1, 1), Grant(n1));
    }

    /// <summary>Scenario 38: a new leader does not know what is committed before an entry of its own term is.</summary>
    [Fact]
    public void Leader_NothingOfItsTermIsCommitted_WaitsForItsNoOp()
    {
        ModuleCluster cluster = new(3);
        foreach (NodeId id in Settings.Ids(3))
        {
            cluster.Preset(id, 1, 1, 1);
        }

        cluster.Drop = static message => message is AppendEntriesMessage;
        cluster.Elect("n1");
        cluster["n1"].Batch(static module => module.RequestRead());
        cluster.DeliverAll();
        Assert.Empty(cluster["n1"].ReadGrants);

        cluster.Heal();
        cluster.Heartbeat("n1");
        cluster.Heartbeat("n1");

        ReadIndexGrant grant = Assert.Single(cluster["n1"].ReadGrants);
        Assert.Equal(3, grant.Index);
    }

    [Fact]
    public void Leader_LateAnswersToAnEarlierRound_DoNotCount()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage[] earlier = [.. n1.Pass(Settings.Plain.HeartbeatInterval).OfType<AppendEntriesMessage>()];

        AppendEntriesMessage[] round = Read(n1);
        n1.Deliver(Make.Accept(earlier[0]));
        n1.Deliver(Make.Accept(earlier[1]));
        Assert.Empty(n1.Node.ReadGrants);

        n1.Deliver(Make.Accept(round[1]));
        Assert.Equal((1, 1), Grant(n1));
    }

    [Fact]
    public void Leader_OneVoterAnswersTwice_CountsItOnce()
    {
        SingleModule n1 = Settled(voters: 5);

        AppendEntriesMessage[] round = Read(n1);
        n1.Deliver(Make.Accept(round[0]));
        n1.Deliver(Make.Accept(round[0]));
        Assert.Empty(n1.Node.ReadGrants);

        n1.Deliver(Make.Accept(round[1]));
        Assert.Single(n1.Node.ReadGrants);
    }

    /// <summary>A voter whose log does not agree has not entered a later term either.</summary>
    [Fact]
    public void Leader_ARejectionOfItsTerm_Counts()
    {
        SingleModule n1 = Settled();

        n1.Deliver(Make.Reject(Read(n1)[0], 0, 0, 0));

        Assert.Single(n1.Node.ReadGrants);
    }

    /// <summary>The voter has confirmed that this leader was replaced, whatever it answers.</summary>
    [Fact]
    public void Leader_AnAnswerOfALaterTerm_DoesNotCount()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = Read(n1)[0];

        n1.Deliver(Make.Reject(heartbeat, 0, 0, 0) with { Term = heartbeat.Term + 1 });

        Assert.Empty(n1.Node.ReadGrants);
        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    [Fact]
    public void Leader_AnAnswerToWhatItNeverSent_DoesNotCount()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = Read(n1)[0];

        n1.Deliver(Make.Accept(heartbeat with { Correlation = heartbeat.Correlation + 1_000 }));

        Assert.Empty(n1.Node.ReadGrants);
    }

    /// <summary>An answer to a heartbeat that was sent before the second read arrived does not prove that the leader led then.</summary>
    [Fact]
    public void Leader_ReadsDuringARound_ShareTheNextOne()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage[] first = Read(n1);
        Assert.Empty(Read(n1));
        Assert.Empty(Read(n1));

        AppendEntriesMessage[] second = [.. n1.DeliverTogether([.. first.Select(static heartbeat => Make.Accept(heartbeat))]).OfType<AppendEntriesMessage>()];
        Assert.Equal((1, 1), Grant(n1));
        Assert.Equal(2, second.Length);

        n1.Deliver(Make.Accept(second[0]));
        Assert.Equal((3, 1), Grant(n1));
        Assert.Equal(2, n1.Module.ReadRoundsStarted);
    }

    [Fact]
    public void Leader_AHeartbeatOfTheRoundIsLost_CountsTheNextOne()
    {
        SingleModule n1 = Settled();
        Read(n1);

        AppendEntriesMessage[] next = [.. n1.Pass(Settings.Plain.HeartbeatInterval).OfType<AppendEntriesMessage>()];
        n1.Deliver(Make.Accept(next[0]));

        Assert.Single(n1.Node.ReadGrants);
    }

    /// <summary>A voter whose disk hangs must not collect a heartbeat, or its answer, for each round that the others confirm.</summary>
    [Fact]
    public void Leader_OneVoterNeverAnswers_SendsItOneHeartbeatForAllRounds()
    {
        SingleModule n1 = Settled();
        List<RaftMessage> sent = [.. Read(n1)];
        for (int round = 1; round <= 1_000; round++)
        {
            AppendEntriesMessage heartbeat = sent.OfType<AppendEntriesMessage>().Last(static message => message.To == "n2");
            sent.AddRange(n1.Deliver(Make.Accept(heartbeat)));
            Assert.Equal((round, 1), Grant(n1));
            sent.AddRange(Read(n1));
        }

        Assert.Equal(1_001, sent.Count(static message => message.To == "n2"));
        Assert.Single(sent, static message => message.To == "n3");
    }

    [Fact]
    public void Leader_ALateVoterAnswers_IsSentTheHeartbeatOfTheRoundAtOnce()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage[] first = Read(n1);
        n1.Deliver(Make.Accept(first[0]));
        Assert.Equal("n2", Assert.Single(Read(n1)).To.Value);

        AppendEntriesMessage next = Assert.Single(n1.Deliver(Make.Accept(first[1])).OfType<AppendEntriesMessage>());
        Assert.Equal("n3", next.To.Value);
        n1.Deliver(Make.Accept(next));

        Assert.Equal((2, 1), Grant(n1));
    }

    [Fact]
    public void Leader_TheHeartbeatForReadsIsLost_CountsTheNextRegularOne()
    {
        SingleModule n1 = Settled();
        n1.Deliver(Make.Accept(Read(n1)[0])); // n3 does not answer
        Read(n1); // n2 does not answer either

        AppendEntriesMessage[] regular = [.. n1.Pass(Settings.Plain.HeartbeatInterval).OfType<AppendEntriesMessage>()];
        Assert.Equal(["n2", "n3"], regular.Select(static heartbeat => heartbeat.To.Value));
        n1.Deliver(Make.Accept(regular[1]));

        Assert.Equal((2, 1), Grant(n1));
    }

    [Fact]
    public void Leader_EntriesAndReadsInOneBatch_SendsAHeartbeatAsWell()
    {
        SingleModule n1 = Settled();

        RaftMessage[] sent = n1.InOneBatch(
            () => n1.Module.Propose(new byte[] { 1 }, default, out _),
            () => n1.Module.RequestRead());

        Assert.Equal(4, sent.Length);
        AppendEntriesMessage heartbeat = sent.OfType<AppendEntriesMessage>().First(static message => message.Entries.IsEmpty);
        n1.Deliver(Make.Accept(heartbeat, lastIndex: 1));
        Assert.Equal((1, 1), Grant(n1));
    }

    [Fact]
    public void Leader_DeposedDuringARound_AnswersNothing()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage[] round = Read(n1);
        n1.Deliver(Request("n3", 1));

        RaftMessage[] sent = n1.DeliverTogether(
            Make.Accept(round[0]), Make.Accept(round[1]), Make.Accept(round[1]) with { Term = 2, Success = false });

        Assert.Empty(n1.Node.ReadGrants);
        Assert.DoesNotContain(sent, static message => message is ReadIndexReplyMessage);
    }

    [Fact]
    public void Leader_LeadsAgainAfterALoss_NeedsANewRound()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage[] round = Read(n1);
        n1.Deliver(Make.RequestVote("n3", 2, 0, 0));
        n1.Lead();
        AppendEntriesMessage noOp = n1.TakeSent<AppendEntriesMessage>().First(static message => message.To == "n2");

        n1.Deliver(Make.Accept(round[0]));
        n1.Deliver(Make.Accept(round[0]) with { Term = 3 });
        Assert.Empty(n1.Node.ReadGrants);

        AppendEntriesMessage[] next = [.. n1.Deliver(Make.Accept(noOp)).OfType<AppendEntriesMessage>()];
        Assert.Empty(n1.Node.ReadGrants);
        n1.Deliver(Make.Accept(next.First(static message => message.To == "n2")));
        Assert.Equal((1, 2), Grant(n1));
    }

    [Fact]
    public void Leader_IsTheOnlyVoter_NeedsNoRound()
    {
        SingleModule n1 = SingleModule.Leader(voters: 1);

        Assert.Empty(Read(n1));

        Assert.Equal((1, 1), Grant(n1));
        Assert.Equal(0, n1.Module.ReadRoundsStarted);
    }

    /// <summary>What was committed during the round is perhaps not included: the age of the answer counts from its start.</summary>
    [Fact]
    public void Leader_TheRoundIsConfirmedLater_GrantsWithTheTimeOfItsStart()
    {
        SingleModule n1 = Settled();
        TimeSpan started = n1.Clock.Now;
        AppendEntriesMessage[] round = Read(n1);
        n1.Clock.Advance(Settings.Plain.HeartbeatInterval / 2);

        n1.Deliver(Make.Accept(round[0]));

        Assert.Equal(started, n1.Node.ReadGrants[^1].RequestedAt);
    }

    [Fact]
    public void Leader_RequestsOfSeveralNodes_ShareOneRound()
    {
        SingleModule n1 = Settled();
        RaftMessage[] sent = n1.DeliverTogether(Request("n2", 7), Request("n3", 8));
        Assert.Equal(2, sent.OfType<AppendEntriesMessage>().Count());

        RaftMessage[] answers = n1.Deliver(Make.Accept(sent.OfType<AppendEntriesMessage>().First()));

        Assert.Equal(
            [("n2", 7L, 1L, 1L), ("n3", 8L, 1L, 1L)],
            answers.OfType<ReadIndexReplyMessage>().Select(
                static reply => (reply.To.Value, reply.Correlation, reply.Moment, reply.ReadIndex)));
    }

    [Fact]
    public void Leader_ARequestIsRepeatedDuringItsRound_AnswersOnce()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = n1.Deliver(Request("n2", 7)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Request("n2", 7));

        RaftMessage[] answers = n1.Deliver(Make.Accept(heartbeat));

        Assert.Single(answers.OfType<ReadIndexReplyMessage>());
        Assert.Empty(answers.OfType<AppendEntriesMessage>());
    }

    [Fact]
    public void Leader_ADuplicateOfAnEarlierRequestArrives_AnswersTheLaterOne()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = n1.Deliver(Request("n3", 1)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Request("n2", 8) with { Moment = 5 });
        n1.Deliver(Request("n2", 7) with { Moment = 4 });

        Assert.Equal([8], AnswersTo(n1, "n2", heartbeat));
    }

    /// <summary>Its log is volatile: its numbers start again with the seed, but its process and its clock are the same.</summary>
    [Fact]
    public void Leader_ANodeThatHasStartedAgainAsks_AnswersItsNewRequest()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = n1.Deliver(Request("n3", 1)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Request("n2", 8) with { Moment = 5 });
        n1.Deliver(Request("n2", 1) with { Moment = 6 });

        Assert.Equal([1], AnswersTo(n1, "n2", heartbeat));
    }

    /// <summary>The numbers of a run start at random, and the clock of a new process starts again: neither says which is later.</summary>
    [Fact]
    public void Leader_ANodeThatHasStartedAgainInANewProcessAsks_AnswersItsNewRequest()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = n1.Deliver(Request("n3", 1)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Request("n2", 1L << 60) with { Moment = 5_000_000 });
        n1.Deliver(Request("n2", 1L << 59) with { Moment = 1_000_000 });

        Assert.Equal([1L << 59], AnswersTo(n1, "n2", heartbeat));
    }

    /// <summary>Its number is that of the request in the round, and the answer to that one would be dropped.</summary>
    [Fact]
    public void Leader_ANodeThatHasStartedAgainAsksDuringItsRound_AnswersItInTheNextOne()
    {
        SingleModule n1 = Settled();
        AppendEntriesMessage heartbeat = n1.Deliver(Request("n2", 1)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Request("n2", 1) with { Moment = 6 });

        RaftMessage[] sent = n1.Deliver(Make.Accept(heartbeat));
        Assert.Equal([1], sent.OfType<ReadIndexReplyMessage>().Select(static reply => reply.Moment));
        RaftMessage[] next = n1.Deliver(Make.Accept(sent.OfType<AppendEntriesMessage>().First(static message => message.To == "n2")));

        Assert.Equal([6], next.OfType<ReadIndexReplyMessage>().Select(static reply => reply.Moment));
    }

    [Fact]
    public void Leader_ARequestOfANodeThatIsNotAMember_IsIgnored()
    {
        SingleModule n1 = Settled();

        Assert.Empty(n1.Deliver(Request("n9", 7)));
    }

    [Fact]
    public void Follower_IsAsked_DoesNotAnswer()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);

        Assert.Empty(n1.Deliver(Request("n3", 7)));
    }

    [Fact]
    public void Leader_HandsOver_AnswersAsLongAsAMajorityIsInItsTerm()
    {
        ModuleCluster cluster = new(3, Settings.Default);
        cluster.Elect("n1");
        cluster["n1"].Batch(module => module.BeginTransfer("n3", TimeSpan.FromSeconds(30), cluster.Clock.Now));
        cluster.DeliverAll();
        cluster["n1"].Batch(static module => module.HandOver());
        TimeoutNowMessage timeoutNow = Assert.Single(cluster.Take<TimeoutNowMessage>());

        cluster["n1"].Batch(static module => module.RequestRead());
        cluster.DeliverAll();
        Assert.Single(cluster["n1"].ReadGrants);

        cluster["n1"].Batch(static module => module.RequestRead());
        AppendEntriesMessage[] round = cluster.Take<AppendEntriesMessage>();
        Assert.Equal(["n2", "n3"], round.Select(static heartbeat => heartbeat.To.Value));
        cluster.Deliver(timeoutNow);
        cluster.Deliver(Assert.Single(cluster.Take<RequestVoteMessage>(static request => request.To == "n2")));
        cluster.Take<RequestVoteMessage>(); // n1 learns of the election by the refusals
        cluster.Deliver(Assert.Single(cluster.Take<RequestVoteReplyMessage>()));
        AppendEntriesMessage[] noOp = cluster.Take<AppendEntriesMessage>();
        Assert.Equal((RaftRole.Leader, 2, 2), (cluster["n3"].Module.Role, cluster["n3"].Module.Term, cluster["n3"].Module.LastIndex));

        Array.ForEach(round, cluster.Deliver);
        AppendEntriesReplyMessage[] refusals = cluster.Take<AppendEntriesReplyMessage>();
        Assert.Equal([(2, false), (2, false)], refusals.Select(static reply => (reply.Term, reply.Success)));
        Array.ForEach(refusals, cluster.Deliver);
        Assert.Equal(RaftRole.Follower, cluster["n1"].Module.Role);
        Assert.Single(cluster["n1"].ReadGrants);

        cluster.Deliver(noOp.First(static message => message.To == "n1"));
        cluster.Deliver(Assert.Single(cluster.Take<ReadIndexRequestMessage>()));
        Assert.Empty(cluster.InFlight.OfType<ReadIndexReplyMessage>()); // the no-op is not committed
        cluster.DeliverAll();
        Assert.Equal([(1, 1), (2, 2)], cluster["n1"].ReadGrants.Select(static grant => (grant.Through, grant.Index)));
    }

    internal static ReadIndexRequestMessage Request(NodeId from, long number, long term = 1) => new()
    {
        From = from,
        To = "n1",
        Origin = Make.Origin,
        Term = term,
        Correlation = number,
        Moment = 1,
    };

    /// <summary>A leader of term 1 whose no-op is committed.</summary>
    internal static SingleModule Settled(int voters = 3)
    {
        SingleModule n1 = new(voters);
        n1.Lead();
        foreach (AppendEntriesMessage noOp in n1.TakeSent<AppendEntriesMessage>())
        {
            n1.Node.Receive(Make.Accept(noOp));
        }

        Assert.Equal(1, n1.Module.CommitIndex);
        n1.Pass(Settings.Plain.HeartbeatInterval);
        return n1;
    }

    /// <summary>A read arrives.</summary>
    /// <returns>What n1 sends for it.</returns>
    internal static AppendEntriesMessage[] Read(SingleModule n1)
    {
        n1.TakeSent();
        n1.Node.Batch(static module => module.RequestRead());
        return n1.TakeSent<AppendEntriesMessage>();
    }

    /// <summary>A round is confirmed, and the next one: what the leader then answers a node.</summary>
    private static long[] AnswersTo(SingleModule n1, NodeId node, AppendEntriesMessage heartbeat)
    {
        RaftMessage[] next = n1.Deliver(Make.Accept(heartbeat));
        RaftMessage[] answers = n1.Deliver(Make.Accept(next.OfType<AppendEntriesMessage>().First(message => message.To == heartbeat.To)));
        return [.. answers.OfType<ReadIndexReplyMessage>().Where(reply => reply.To == node).Select(static reply => reply.Correlation)];
    }

    private static (long Through, long Index) Grant(SingleModule n1)
    {
        ReadIndexGrant grant = n1.Node.ReadGrants[^1];
        return (grant.Through, grant.Index);
    }
}
