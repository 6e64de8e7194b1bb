using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>
/// Figure 2: persistent state is "updated on stable storage before responding". Each message is bound to the version that
/// makes its promise durable, and to no more than that.
/// </summary>
public sealed class PersistBeforeSendTests
{
    [Fact]
    public void RequestVote_WaitsForTheCandidatesOwnVote()
    {
        SingleModule n1 = Holding(new SingleModule());

        Assert.Empty(n1.TimeOut());
        Assert.Equal(new HardState(1, "n1"), Assert.Single(n1.Disk.Pending).HardState);

        n1.Disk.Complete(1);
        Assert.Equal(2, n1.TakeSent<RequestVoteMessage>().Length);
    }

    [Fact]
    public void VoteGranted_WaitsForTheVote()
    {
        SingleModule n1 = Holding(new SingleModule());

        Assert.Empty(n1.Deliver((RaftMessage)Make.RequestVote("n2", 1, 0, 0)));
        Assert.Equal(new HardState(1, "n2"), Assert.Single(n1.Disk.Pending).HardState);

        n1.Disk.Complete(1);
        Assert.True(n1.TakeSent<RequestVoteReplyMessage>().Single().VoteGranted);
    }

    /// <summary>The candidate asks again because the answer was late: the second answer must wait just as the first.</summary>
    [Fact]
    public void VoteGrantedAgain_AlsoWaitsForTheVote()
    {
        SingleModule n1 = Holding(new SingleModule());
        n1.Deliver((RaftMessage)Make.RequestVote("n2", 1, 0, 0));

        Assert.Empty(n1.Deliver((RaftMessage)Make.RequestVote("n2", 1, 0, 0)));
        Assert.Single(n1.Disk.Pending);

        n1.Disk.Complete(1);
        Assert.Equal(2, n1.TakeSent<RequestVoteReplyMessage>().Length);
    }

    [Fact]
    public void VoteRefusedInANewTerm_WaitsForTheTerm()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1, 1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.RequestVote("n2", 2, 0, 0)));

        n1.Disk.Complete(1);
        Assert.False(n1.TakeSent<RequestVoteReplyMessage>().Single().VoteGranted);
    }

    [Fact]
    public void VoteAnswer_NothingChanged_IsSentAtOnceAndWritesNothing()
    {
        SingleModule n1 = Holding(new SingleModule(term: 3, votedFor: "n3"));

        Assert.Single(n1.Deliver((RaftMessage)Make.RequestVote("n2", 3, 0, 0)));
        Assert.Single(n1.Deliver((RaftMessage)Make.RequestVote("n3", 3, 0, 0)));
        Assert.Empty(n1.Disk.Pending);
    }

    [Fact]
    public void PreVoteAnswer_PromisesNothing_IsSentAtOnce()
    {
        SingleModule n1 = Holding(new SingleModule());

        Assert.Single(n1.Deliver((RaftMessage)Make.RequestVote("n2", 5, 0, 0, isPreVote: true)));
        Assert.Empty(n1.Disk.Pending);
    }

    [Fact]
    public void Acknowledgement_WaitsForTheEntries()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Append("n2", 1, 0, 0, 0, 1, 1)));

        n1.Disk.Complete(1);
        Assert.Equal((true, 2), Outcome(n1));
    }

    /// <summary>A heartbeat asks whether the follower is alive, and is answered at once, with what is durable.</summary>
    [Fact]
    public void AcknowledgementOfAHeartbeat_EntriesBeforeItNotDurable_IsSentAtOnceAndNamesTheDurableIndex()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1, 1));
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 1, 1, 0, 1, 1));

        RaftMessage heartbeat = Assert.Single(n1.Deliver((RaftMessage)Make.Append("n2", 1, 3, 1, 0)));
        Assert.Equal((true, 1L), heartbeat is AppendEntriesReplyMessage reply ? (reply.Success, reply.LastIndex) : default);

        n1.Disk.Complete(1);
        Assert.Equal((true, 3), Outcome(n1));
    }

    /// <summary>
    /// The first sign of life in a new term promises the term, and so waits for it; the entries' disk it does not wait for.
    /// </summary>
    [Fact]
    public void AcknowledgementOfAHeartbeat_InANewTermWithEntriesNotDurable_WaitsForTheTerm()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 0, 0, 0, 1, 1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Append("n3", 2, 2, 1, 0)));

        n1.Disk.Complete(1);
        Assert.Equal([(1L, 2L)], n1.TakeSent<AppendEntriesReplyMessage>().Select(reply => (reply.Term, reply.LastIndex)));
        n1.Disk.Complete(1);
        Assert.Equal([(2L, 0L)], n1.TakeSent<AppendEntriesReplyMessage>().Select(reply => (reply.Term, reply.LastIndex)));
    }

    /// <summary>Anyone who calls the handler has no second answer to wait for: success means what the paper says.</summary>
    [Fact]
    public void AnswerOfTheHandler_EmptyRequest_WaitsForTheEntriesBeforeIt()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 0, 0, 0, 1, 1));

        Assert.Empty(n1.Deliver((RaftMessage)(Make.Append("n2", 1, 2, 1, 0) with { Correlation = -1 })));
        Assert.Single(n1.Disk.Pending);

        n1.Disk.Complete(1);
        Assert.Equal([2L, 2L], n1.TakeSent<AppendEntriesReplyMessage>().Select(reply => reply.LastIndex));
    }

    [Fact]
    public void AcknowledgementOfARepeatedRequest_WaitsForTheEntries()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));
        AppendEntriesMessage request = Make.Append("n2", 1, 0, 0, 0, 1, 1);
        n1.Deliver((RaftMessage)request);

        Assert.Empty(n1.Deliver((RaftMessage)request));

        n1.Disk.Complete(1);
        Assert.Equal(2, n1.TakeSent<AppendEntriesReplyMessage>().Length);
    }

    [Fact]
    public void AcknowledgementOfDurableEntries_DoesNotWaitForLaterWrites()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1, 1, 1));
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 2, 1, 0, 1));

        RaftMessage reply = Assert.Single(n1.Deliver((RaftMessage)Make.Append("n2", 1, 1, 1, 0)));

        Assert.Equal(1, Assert.IsType<AppendEntriesReplyMessage>(reply).LastIndex);
    }

    [Fact]
    public void AcknowledgementInANewTerm_WaitsForTheTerm()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1, 1, 1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Append("n2", 2, 2, 1, 0)));

        n1.Disk.Complete(1);
        Assert.Equal((true, 2), Outcome(n1));
    }

    [Fact]
    public void RejectionInANewTerm_WaitsForTheTerm()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Append("n2", 2, 5, 1, 0)));

        n1.Disk.Complete(1);
        Assert.False(Outcome(n1).Success);
    }

    [Fact]
    public void Rejection_NothingChanged_IsSentAtOnce()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));

        Assert.Single(n1.Deliver((RaftMessage)Make.Append("n2", 1, 5, 1, 0)));
    }

    /// <summary>Dissertation, section 10.2.1: a leader sends while it writes; its own copy counts when it is durable.</summary>
    [Fact]
    public void AppendEntries_DoesNotWaitForTheLeadersEntries()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        n1.Deliver(Make.Accept(n1.TakeSent<AppendEntriesMessage>().Single()));
        Holding(n1);

        n1.Node.Propose(new byte[1]);

        Assert.Single(n1.TakeSent<AppendEntriesMessage>());
        Assert.Single(n1.Disk.Pending);
    }

    [Fact]
    public void Acknowledgement_EntriesInSeveralWrites_WaitsForTheLast()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1));

        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, [.. Enumerable.Repeat(1L, 1_100)])); // more than a segment takes
        Assert.True(n1.Disk.Pending.Count > 1);
        n1.Disk.Complete(n1.Disk.Pending.Count - 1);
        Assert.Empty(n1.TakeSent());

        n1.Disk.Complete(1);
        Assert.Equal((true, 1_100), Outcome(n1));
    }

    /// <summary>Term and vote go to the disk in the same atomic write as the entries of that term, or before them.</summary>
    [Fact]
    public void Write_NewTermAndEntries_CarriesTheTermFirst()
    {
        SingleModule n1 = Holding(SingleModule.Follower(1, 1));

        n1.Node.Receive(Make.Append("n2", 2, 1, 1, 0, [.. Enumerable.Repeat(2L, 1_100)]));

        Assert.Equal(new HardState(2, null), n1.Disk.Pending[0].HardState);
        Assert.All(n1.Disk.Pending.Skip(1), write => Assert.Null(write.HardState));
        Assert.Equal([.. Enumerable.Range(1, n1.Disk.Pending.Count)], n1.Disk.Pending.Select(write => (int)write.Version));
    }

    /// <summary>A batch may raise the term more than once: what was promised in between is covered by the one write at its end.</summary>
    [Fact]
    public void Batch_TwoTerms_WritesTheLastAndHoldsAllAnswersForIt()
    {
        SingleModule n1 = Holding(new SingleModule());

        n1.Node.ReceiveTogether(Make.RequestVote("n2", 1, 0, 0), Make.RequestVote("n3", 2, 0, 0));

        Assert.Equal(new HardState(2, "n3"), Assert.Single(n1.Disk.Pending).HardState);
        Assert.Empty(n1.TakeSent());
        n1.Disk.Complete(1);
        Assert.Equal([1L, 2L], n1.TakeSent<RequestVoteReplyMessage>().Select(reply => reply.Term));
    }

    private static SingleModule Holding(SingleModule module)
    {
        module.Disk.Hold();
        return module;
    }

    private static (bool Success, long LastIndex) Outcome(SingleModule n1)
    {
        AppendEntriesReplyMessage reply = Assert.Single(n1.TakeSent<AppendEntriesReplyMessage>());
        return (reply.Success, reply.LastIndex);
    }
}
