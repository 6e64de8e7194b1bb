using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>The commit index is stored along with other writes, and is a lower bound after a restart.</summary>
public sealed class StoredCommitIndexTests
{
    [Fact]
    public void CommitIndex_Grows_CausesNoWrite()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1, 1));
        int writes = n1.Disk.WriteCount;

        n1.Deliver(Make.Append("n2", 1, 2, 1, 2));

        Assert.Equal((2, writes, 0), (n1.Module.CommitIndex, n1.Disk.WriteCount, n1.Disk.CommitIndex));
    }

    [Fact]
    public void CommitIndex_WithTheNextWrite_IsStoredAndRecovered()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1, 1));
        n1.Deliver(Make.Append("n2", 1, 2, 1, 2));

        n1.Deliver(Make.Append("n2", 1, 2, 1, 2, 1));
        n1.Node.CrashAndRestart();

        Assert.Equal((2, 3), (n1.Module.CommitIndex, n1.Module.LastIndex));
    }

    [Fact]
    public void CommitIndex_WithAVote_IsStored()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1, 1));
        n1.Deliver(Make.Append("n2", 1, 2, 1, 1));

        n1.Deliver(Make.RequestVote("n3", 2, 2, 1));

        Assert.Equal((2L, 1), (n1.Disk.HardState.Term, n1.Disk.CommitIndex));
    }

    /// <summary>No write has a commit index beyond the entries that it and those before it contain.</summary>
    [Fact]
    public void CommitIndex_OfWritesInSegments_EndsWithTheirEntries()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Disk.Hold();
        long[] terms = [.. Enumerable.Repeat(1L, 3 * EntryCache.LargestSegment)];

        n1.Node.Receive(Make.Append("n2", 1, 0, 0, commit: terms.Length, terms));

        Assert.True(n1.Disk.Pending.Count > 1);
        Assert.All(n1.Disk.Pending, static write => Assert.Equal(write.FirstIndex + write.Entries.Length - 1, write.CommitIndex));
    }

    /// <summary>
    /// A batch installs a snapshot and appends after it. Its writes go out one after the other: none of them may claim entries that
    /// only a later one brings, or the node would not start again after a crash between the two.
    /// </summary>
    [Fact]
    public void CommitIndex_OfAnInstallAndEntriesAfterIt_NeverPassesTheLog()
    {
        TestSnapshot snapshot = new(10, 1, [1, 2, 3]);
        for (int completed = 1; completed <= 3; completed++)
        {
            SingleModule n1 = SingleModule.Follower(1, 1, 1);
            n1.Node.StoresChunks = false;
            n1.Node.Receive(Make.Install("n2", 1, snapshot));
            n1.Disk.Hold();
            n1.InOneBatch(
                n1.Node.StoreChunk,
                () => n1.Node.Receive(Make.Append("n3", 2, 10, 1, 12, 2, 2)));
            Assert.Equal([0, 10, 12], n1.Disk.Pending.Select(static write => write.CommitIndex));

            n1.Disk.Complete(completed);
            Assert.True(n1.Disk.CommitIndex <= n1.Disk.Stored.LastIndex);
        }
    }
}
