using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>Section 7: a log without its beginning behaves as it did before, up to where it begins.</summary>
public sealed class CompactTests
{
    [Fact]
    public void Compact_InTheMiddle_ForgetsTheTermsBeforeTheStartOnly()
    {
        SingleModule n1 = Compacted(through: 3);

        Assert.Equal((4, 5), (n1.Module.FirstIndex, n1.Module.LastIndex));
        Assert.Equal([1, 2, 3], new long[] { 3, 4, 5 }.Select(n1.Module.TermAt));
        Assert.Throws<ConsensusInvariantException>(() => n1.Module.TermAt(2));
        Assert.Equal((new LogStart(3, 1), 2), (n1.Disk.Start, n1.Disk.Entries.Count));
    }

    [Fact]
    public void Compact_Everything_LeavesAnEmptyLogThatKnowsWhereItEnds()
    {
        SingleModule n1 = Compacted(through: 5);

        Assert.Empty(n1.Node.Log);
        Assert.Equal((6, 5, 3, 5), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.LastTerm, n1.Module.DurableIndex));
    }

    [Fact]
    public void Compact_TwiceOrUpToBefore_ChangesNothing()
    {
        SingleModule n1 = Compacted(through: 3);

        foreach (long through in new long[] { 3, 2, 0 })
        {
            n1.Module.Compact(through);
            Assert.Equal((4, 5), (n1.Module.FirstIndex, n1.Module.LastIndex));
        }

        n1.Node.Compact(through: 4);
        Assert.Equal((5, 2), (n1.Module.FirstIndex, n1.Module.TermAt(4)));
    }

    [Fact]
    public void Compact_NotCommitted_Throws()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 2, 1, 1, 1));

        Assert.Throws<ConsensusInvariantException>(() => n1.Module.Compact(3));
        n1.Module.Compact(2);
    }

    [Fact]
    public void Compact_NotDurable_Throws()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 1, 1));
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 1, 1, 3, 1, 1));
        Assert.Equal((3, 1), (n1.Module.CommitIndex, n1.Module.DurableIndex));

        Assert.Throws<ConsensusInvariantException>(() => n1.Module.Compact(2));
        n1.Module.Compact(1);
    }

    [Theory]
    [InlineData(3, 1, true)]
    [InlineData(4, 2, true)]
    [InlineData(5, 3, true)]
    [InlineData(4, 1, false)]
    [InlineData(5, 2, false)]
    [InlineData(6, 3, false)]
    public void Follower_ConsistencyCheckFromTheStartOn_IsUnchanged(long prevIndex, long prevTerm, bool success)
    {
        SingleModule n1 = Compacted(through: 3);

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, prevIndex, prevTerm, 0));

        Assert.Equal(success, reply.Success);
        Assert.True(success || (reply.ConflictIndex is >= 3 and <= 5 && reply.ConflictTerm <= Math.Max(prevTerm, 1)));
    }

    /// <summary>Before its start everything is committed, and so agrees with any leader.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void Follower_RequestFromBeforeTheStart_TakesTheEntriesAfterIt(int prevIndex, long prevTerm)
    {
        SingleModule n1 = Compacted(through: 3);
        long[] terms = [1, 1, 1, 2, 3, 3];

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, prevIndex, prevTerm, 6, terms[prevIndex..]));

        Assert.Equal((true, 6), (reply.Success, reply.LastIndex));
        Assert.Equal([2, 3, 3], n1.Node.Log);
        Assert.Equal(6, n1.Module.CommitIndex);
    }

    [Fact]
    public void Follower_LateRequestThatEndsBeforeTheStart_IsAcceptedAndChangesNothing()
    {
        SingleModule n1 = Compacted(through: 3);
        int writes = n1.Disk.WriteCount;

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, 0, 0, 1, 1, 1));

        Assert.Equal((true, 2, writes), (reply.Success, reply.LastIndex, n1.Disk.WriteCount));
        Assert.Equal([2, 3], n1.Node.Log);
    }

    [Fact]
    public void Follower_ConflictDirectlyAfterTheStart_IsReplaced()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 2, 1, 1, 1, 1));
        n1.Node.Compact();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n3", 2, 2, 1, 3, 2));

        Assert.Equal((true, 3), (reply.Success, reply.LastIndex));
        Assert.Equal([2], n1.Node.Log);
        Assert.Equal([2], n1.Disk.Log);
    }

    /// <summary>The up-to-date rule of section 5.4.1 with a log of which nothing is left but its start.</summary>
    [Theory]
    [InlineData(5, 3, true)]
    [InlineData(6, 3, true)]
    [InlineData(1, 4, true)]
    [InlineData(4, 3, false)]
    [InlineData(9, 2, false)]
    [InlineData(0, 0, false)]
    public void Voter_EmptyCompactedLog_ComparesWithItsStart(long lastIndex, long lastTerm, bool granted)
    {
        SingleModule n1 = Compacted(through: 5);

        Assert.Equal(granted, n1.Deliver(Make.RequestVote("n2", 9, lastIndex, lastTerm, isPreVote: true)).VoteGranted);
        Assert.Equal(granted, n1.Deliver(Make.RequestVote("n2", 9, lastIndex, lastTerm)).VoteGranted);
    }

    [Fact]
    public void Candidate_EmptyCompactedLog_CampaignsWithItsStart()
    {
        SingleModule n1 = Compacted(through: 5);

        Assert.All(n1.TimeOut(), request => Assert.Equal((5, 3), (request.LastLogIndex, request.LastLogTerm)));
    }

    [Fact]
    public void Leader_EmptyCompactedLog_ProbesFromItsStart()
    {
        SingleModule n1 = Compacted(through: 5);

        n1.Lead();

        Assert.All(
            n1.TakeSent<AppendEntriesMessage>(),
            append => Assert.Equal((5, 3, 1), (append.PrevLogIndex, append.PrevLogTerm, append.Entries.Length)));
    }

    /// <summary>
    /// A leader may compact what it has sent and what is still unanswered; nothing of it is sent again unless it was lost.
    /// </summary>
    [Fact]
    public void Leader_CompactsWhatAFollowerHasNotAnsweredYet_ContinuesStreaming()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster["n1"].Propose(new byte[1]);
        AppendEntriesMessage toN3 = cluster.Take<AppendEntriesMessage>(append => append.To == "n3").Single();
        cluster.DeliverAll();
        cluster["n1"].Compact();

        cluster.Deliver(toN3);
        cluster.DeliverAll();
        cluster.Propose("n1");

        Assert.Empty(cluster.ChunksTo("n3"));
        Assert.All(cluster.Nodes, node => Assert.Equal(3, node.Module.CommitIndex));
    }

    /// <summary>Entries that were asked for are dropped before they are loaded.</summary>
    [Fact]
    public void Leader_CompactsWhileEntriesAreLoaded_SendsASnapshotInstead()
    {
        ModuleCluster cluster = new(3, Settings.Plain with { MaximumCachedEntries = 20 });
        cluster.Elect("n1");
        cluster.Isolate("n3");
        for (int i = 0; i < 100; i++)
        {
            cluster.Propose("n1");
        }

        cluster["n1"].AnswersLoads = false;
        cluster.Heal();
        cluster.Heartbeat("n1");
        EntryLoadRequest load = cluster["n1"].Loads.Single();
        ReadOnlyMemory<LogEntry> entries = cluster["n1"].Disk.Read(load.FirstIndex, load.MaximumEntries);
        cluster["n1"].Compact();
        cluster.DeliverAll();

        cluster["n1"].EntriesLoaded(load, entries);
        cluster.DeliverAll();

        Assert.Single(cluster["n3"].Restored);
        Assert.Equal(101, cluster["n3"].Module.LastIndex);
    }

    [Fact]
    public void CompactedNode_Restarts_IsTheSame()
    {
        SingleModule n1 = Compacted(through: 3);

        n1.Node.CrashAndRestart();

        Assert.Equal((4, 5, 5), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.CommitIndex));
        Assert.Equal([2, 3], n1.Node.Log);
    }

    /// <summary>A follower of term 3 with the log [1,1,1,2,3], all committed, compacted up to an index.</summary>
    private static SingleModule Compacted(long through)
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 3, 0, 0, 5, 1, 1, 1, 2, 3));
        n1.Node.Compact(through);
        return n1;
    }
}
