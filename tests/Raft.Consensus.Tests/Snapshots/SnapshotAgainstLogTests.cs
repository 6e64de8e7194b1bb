using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>InstallSnapshot, receiver's rules 6 to 8 of Figure 13 (section 7): what a snapshot makes of the log that it meets.</summary>
public sealed class SnapshotAgainstLogTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 1, 3)]
    public void Follower_LogHoldsTheSnapshotsLastEntry_KeepsItsLogAndKnowsItCommitted(long index, long term, long commit)
    {
        SingleModule n1 = Follower();

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 1, Snapshot(index, term)));

        Assert.True(reply.IsInstalled);
        Assert.Equal([1, 1, 1], n1.Node.Log);
        Assert.Equal((commit, 1), (n1.Module.CommitIndex, n1.Module.FirstIndex));
        Assert.Null(n1.Node.Snapshots.Latest); // it need not even be stored
        Assert.Null(n1.Module.SnapshotBeingReceived);
    }

    /// <summary>Stale: nothing in it is news, so it cannot take anything away either.</summary>
    [Fact]
    public void Follower_SnapshotOfWhatIsCommitted_ChangesNothing()
    {
        SingleModule n1 = Follower(commit: 3);
        int writes = n1.Disk.WriteCount;

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 1, Snapshot(2, 1)));

        Assert.True(reply.IsInstalled);
        Assert.Equal([1, 1, 1], n1.Node.Log);
        Assert.Equal((3, writes), (n1.Module.CommitIndex, n1.Disk.WriteCount));
    }

    [Fact]
    public void Follower_SnapshotFromBeforeTheStartOfItsLog_ChangesNothing()
    {
        SingleModule n1 = Follower(commit: 3);
        n1.Node.Compact(through: 2);

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 1, Snapshot(1, 1)));

        Assert.True(reply.IsInstalled);
        Assert.Equal([1], n1.Node.Log);
        Assert.Equal((3, 3, 2), (n1.Module.CommitIndex, n1.Module.FirstIndex, n1.Node.Snapshots.Latest!.Index));
    }

    /// <summary>While the last chunk was being stored, the log continued beyond the snapshot, and was compacted there.</summary>
    [Fact]
    public void Follower_LogStartsAfterTheSnapshotWhenItIsStored_ChangesNothing()
    {
        SingleModule n1 = Follower();
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        n1.Deliver(Make.Append("n3", 2, 3, 1, 6, 1, 1, 2, 2));
        n1.Node.Compact();

        n1.Node.StoreChunk();

        Assert.Equal([2], n1.Node.Log);
        Assert.Equal((7, 6), (n1.Module.FirstIndex, n1.Module.CommitIndex));
        Assert.Empty(n1.Node.Restored);
    }

    [Fact]
    public void Follower_SnapshotBeyondTheLog_RestartsAfterIt()
    {
        SingleModule n1 = Follower();

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 1, Snapshot(5, 1)));

        Assert.True(reply.IsInstalled);
        AssertStartsAfter(n1, 5, 1);
        Assert.Equal(5, Assert.Single(n1.Node.Restored).Index);
    }

    /// <summary>What comes after an entry that the snapshot contradicts is of a leader of the past, however long it is.</summary>
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(3, 3)]
    public void Follower_SnapshotContradictsTheLog_DiscardsAllOfIt(long index, long term)
    {
        SingleModule n1 = Follower();

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 3, Snapshot(index, term)));

        Assert.True(reply.IsInstalled);
        AssertStartsAfter(n1, index, term);
    }

    /// <summary>A tail that is kept though the snapshot contradicts it makes the leader send the same snapshot forever.</summary>
    [Fact]
    public void Leader_FollowerHadAConflictingTail_SendsTheSnapshotOnce()
    {
        ModuleCluster cluster = new(3);
        cluster.Preset("n1", 5, new TestSnapshot(5, 4, new byte[10]));
        cluster.Preset("n2", 5, new TestSnapshot(5, 4, new byte[10]));
        cluster.Preset("n3", 5, 1, 1, 1, 3, 3, 3, 3, 3, 3);
        cluster.Isolate("n3");
        cluster.Elect("n1");
        cluster.Heal();

        for (int i = 0; i < 20; i++)
        {
            cluster.Heartbeat("n1");
        }

        Assert.Single(cluster.ChunksTo("n3"));
        Assert.Equal([6], cluster["n3"].Log);
        Assert.Equal(6, cluster["n3"].Module.CommitIndex);
    }

    /// <summary>While the last chunk was being stored, another leader has sent the entries: nothing has to be restored.</summary>
    [Fact]
    public void Follower_LogGrowsToTheSnapshotWhileItIsStored_KeepsItsLog()
    {
        SingleModule n1 = Follower();
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        n1.Deliver(Make.Append("n3", 2, 3, 1, 1, 1, 1, 2));

        n1.Node.StoreChunk();

        Assert.Equal([1, 1, 1, 1, 1, 2], n1.Node.Log);
        Assert.Equal((5, 1), (n1.Module.CommitIndex, n1.Module.FirstIndex));
        Assert.Empty(n1.Node.Restored);
    }

    [Fact]
    public void Follower_CommitsBeyondTheSnapshotWhileItIsStored_IgnoresIt()
    {
        SingleModule n1 = Follower();
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        n1.Deliver(Make.Append("n3", 2, 3, 1, 6, 1, 1, 2));

        n1.Node.StoreChunk();

        Assert.Equal([1, 1, 1, 1, 1, 2], n1.Node.Log);
        Assert.Equal(6, n1.Module.CommitIndex);
        Assert.True(Assert.Single(n1.TakeSent<InstallSnapshotReplyMessage>()).IsInstalled);
    }

    /// <summary>The node was elected meanwhile, so its log holds everything that is committed (Leader Completeness, section 5.4).</summary>
    [Fact]
    public void Leader_SnapshotArrivesThatItBeganToReceiveAsAFollower_KeepsItsLog()
    {
        SingleModule n1 = Follower();
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        n1.Deliver(Make.Append("n3", 2, 3, 1, 1, 1, 1, 2));
        n1.Lead();

        n1.Node.StoreChunk();

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        Assert.Equal([1, 1, 1, 1, 1, 2, 3], n1.Node.Log);
        Assert.Equal(5, n1.Module.CommitIndex);
    }

    /// <summary>What the snapshot says to be committed no longer counts towards the bound of what is not.</summary>
    [Fact]
    public void Leader_SnapshotCommitsAPartOfItsTail_AcceptsAsManyProposalsAsItsLimitAllows()
    {
        SingleModule n1 = new(settings: Settings.Plain with { MaximumUncommittedBytes = 16 });
        n1.Deliver(Make.Append("n2", 1, 0, 0, 1, 1, 1, 1));
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        AppendEntriesMessage append = Make.Append("n3", 2, 3, 1, 1) with
        {
            Entries = new LogEntry[] { new(1, EntryKind.Command, new byte[8], default), new(1, EntryKind.Command, new byte[8], default) },
        };
        n1.Deliver(append);
        n1.Lead();
        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1]));

        n1.Node.StoreChunk();

        Assert.Equal(5, n1.Module.CommitIndex);
        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[8]));
        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[8]));
        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1]));
    }

    [Fact]
    public void Candidate_SnapshotArrivesThatItBeganToReceiveAsAFollower_StartsAgain()
    {
        SingleModule n1 = Follower();
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Make.Install("n2", 1, Snapshot(5, 1)));
        n1.TimeOut();

        n1.Node.StoreChunk();

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
        AssertStartsAfter(n1, 5, 1);
    }

    /// <summary>A follower n1 of n2 with the log [1,1,1].</summary>
    private static SingleModule Follower(long commit = 1)
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 1, 0, 0, commit, 1, 1, 1));
        Assert.Equal(commit, n1.Module.CommitIndex);
        return n1;
    }

    private static TestSnapshot Snapshot(long index, long term) => new(index, term, [1, 2, 3]);

    private static void AssertStartsAfter(SingleModule n1, long index, long term)
    {
        Assert.Empty(n1.Node.Log);
        Assert.Equal((index + 1, index, term), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.LastTerm));
        Assert.Equal((index, index), (n1.Module.CommitIndex, n1.Module.DurableIndex));
        Assert.Equal(new LogStart(index, term), n1.Disk.Start);
        Assert.Empty(n1.Disk.Log);
    }
}
