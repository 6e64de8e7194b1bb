using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Batches;

/// <summary>A batch may contain inputs of any kind and order; what follows from it is as if each had been a batch of its own.</summary>
public sealed class SeveralInputsTests
{
    /// <summary>Section 7: the log no longer contains the entries, nor the term of the entry before them.</summary>
    [Fact]
    public void Leader_LogCompactedBetweenALoadAndItsAnswer_SendsASnapshotInstead()
    {
        ModuleCluster cluster = new(3, Settings.Plain with { MaximumCachedEntries = 20 });
        cluster.Elect("n1");
        cluster.Isolate("n3");
        for (int i = 0; i < 100; i++)
        {
            cluster.Propose("n1");
        }

        TestNode n1 = cluster["n1"];
        n1.AnswersLoads = false;
        cluster.Heal();
        cluster.Heartbeat("n1");
        EntryLoadRequest load = Assert.Single(n1.Loads);
        ReadOnlyMemory<LogEntry> entries = n1.Disk.Read(load.FirstIndex, load.MaximumEntries);

        n1.InOneBatch(() => n1.Compact(), () => n1.EntriesLoaded(load, entries));

        Assert.DoesNotContain(cluster.InFlight, message => message is AppendEntriesMessage { To.Value: "n3", Entries.Length: > 0 });
        cluster.DeliverAll();
        Assert.Single(cluster["n3"].Restored);
        Assert.Equal(n1.Module.LastIndex, cluster["n3"].Module.LastIndex);
    }

    [Fact]
    public void Voter_RequestRepeatedBeforeTheVoteIsDurable_WritesTheVoteAndAnswersBoth()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        RequestVoteMessage request = Make.RequestVote("n2", 2, 1, 1);
        n1.Disk.Hold();

        Assert.Empty(n1.DeliverTogether(request, request));

        Assert.Equal(new HardState(2, "n2"), Assert.Single(n1.Disk.Pending).HardState);
        n1.Disk.Release();
        Assert.All(n1.TakeSent<RequestVoteReplyMessage>(), reply => Assert.True(reply.VoteGranted));
        n1.Node.CrashAndRestart();
        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 9, 1)).VoteGranted);
    }

    [Fact]
    public void Voter_RequestsOfTwoTerms_BothVotesWaitForTheLastOne()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Disk.Hold();

        Assert.Empty(n1.DeliverTogether(Make.RequestVote("n2", 2, 1, 1), Make.RequestVote("n3", 3, 1, 1)));

        Assert.Equal(new HardState(3, "n3"), Assert.Single(n1.Disk.Pending).HardState);
        n1.Disk.Release();
        Assert.Equal(
            [(2, "n2", true), (3, "n3", true)],
            n1.TakeSent<RequestVoteReplyMessage>().Select(reply => (reply.Term, reply.To.Value, reply.VoteGranted)));

        // The first vote exists only in the reply, so no other may be cast in its term.
        n1.Node.CrashAndRestart();
        RequestVoteReplyMessage late = n1.Deliver(Make.RequestVote("n3", 2, 1, 1));
        Assert.Equal((3, false), (late.Term, late.VoteGranted));
    }

    [Fact]
    public void Leader_ProposalThenALaterTerm_WritesTheEntryAndSendsItToNoMember()
    {
        SingleModule n1 = SingleModule.Leader();
        ProposeResult before = default;
        ProposeResult after = default;

        RaftMessage[] sent = n1.InOneBatch(
            () => before = n1.Node.Propose(new byte[1]),
            () => n1.Node.Receive(Make.RequestVote("n2", 5, 9, 1)),
            () => after = n1.Node.Propose(new byte[1]));

        Assert.Equal((ProposeResult.Appended, ProposeResult.NotLeader), (before, after));
        Assert.IsType<RequestVoteReplyMessage>(Assert.Single(sent));
        Assert.Equal([1, 1], n1.Disk.Log);
        Assert.Equal(new HardState(5, "n2"), n1.Disk.HardState);
    }

    [Fact]
    public void Leader_DecisiveAcknowledgementThenALaterTerm_DoesNotCommit()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage append = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();

        n1.DeliverTogether(Make.Accept(append, lastIndex: 1), Make.RequestVote("n3", 5, 9, 1));

        Assert.Equal((RaftRole.Follower, 0), (n1.Module.Role, n1.Module.CommitIndex));
    }

    [Fact]
    public void Follower_TwoTruncationsAndAVote_WritesWhatRemainsAndTheVote()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1, 1);
        n1.Disk.Hold();

        RaftMessage[] sent = n1.DeliverTogether(
            Make.Append("n2", 2, 1, 1, 0, 2, 2),
            Make.Append("n3", 3, 2, 2, 0, 3),
            Make.RequestVote("n2", 4, 3, 3));

        Assert.Empty(sent);
        Assert.Equal((new HardState(4, "n2"), 2), (n1.Disk.Pending[0].HardState, n1.Disk.Pending[0].FirstIndex));
        n1.Disk.Release();
        Assert.Equal([1, 2, 3], n1.Disk.Log);
        Assert.Equal(3, n1.TakeSent().Length);
    }

    /// <summary>Where the appended entries span segments of the log there are several writes, of which the last completes them.</summary>
    [Fact]
    public void Follower_EntriesOfTwoMessagesInTwoWrites_AreAcknowledgedAfterTheSecond()
    {
        SingleModule n1 = SingleModule.Follower(1);
        long[] ten = [.. Enumerable.Repeat(1L, 10)];
        n1.Disk.Hold();

        Assert.Empty(n1.DeliverTogether(Make.Append("n2", 1, 0, 0, 0, ten), Make.Append("n2", 1, 10, 1, 0, ten)));

        Assert.Equal(2, n1.Disk.Pending.Count);
        n1.Disk.Complete(1);
        Assert.Empty(n1.TakeSent());
        n1.Disk.Complete(1);
        Assert.Equal([10, 20], n1.TakeSent<AppendEntriesReplyMessage>().Select(reply => reply.LastIndex));
    }

    [Fact]
    public void Follower_TruncationOfEntriesWhoseWriteIsReportedInTheSameBatch_AreNotDurable()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Disk.Hold();
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 1, 1, 0, 1, 1));
        Assert.Single(n1.Disk.Pending);

        n1.InOneBatch(
            () => n1.Node.Receive(Make.Append("n3", 2, 1, 1, 0, 2)),
            () => n1.Disk.Complete(1));

        Assert.Equal(1, n1.Module.DurableIndex);
        n1.Disk.Release();
        Assert.Equal(2, n1.Module.DurableIndex);
        Assert.Equal([1, 2], n1.Disk.Log);
    }

    [Fact]
    public void Cluster_EachNodeTakesAllItsMessagesInOneBatch_CommitsAsUsual()
    {
        ModuleCluster cluster = new(3, Settings.Default);
        cluster.Elect("n1");
        for (int i = 0; i < 5; i++)
        {
            cluster["n1"].Propose(new byte[1]);
        }

        while (cluster.InFlight.Count > 0)
        {
            cluster.DeliverTogether(cluster.InFlight[0].To);
        }

        Assert.All(cluster.Nodes, node => Assert.Equal(6, node.Module.LastIndex));
        Assert.Equal(6, cluster["n1"].Module.CommitIndex);
    }
}
