using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>
/// What must be durable before what when a log restarts after a snapshot: Figure 2's persistent state, "updated on stable
/// storage before responding", and a crash at any point between leaves something that recovery makes sense of.
/// </summary>
public sealed class InstallDurabilityTests
{
    private static readonly TestSnapshot Snapshot = new(10, 3, [1, 2, 3]);

    [Fact]
    public void Follower_LogRestarts_AnswersOnceTermAndStartAreDurableInThisOrder()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();

        Assert.Empty(n1.Deliver((RaftMessage)Make.Install("n2", 3, Snapshot)));
        Assert.Equal([(new HardState(3, null), null), (null, new LogStart(10, 3))],
            n1.Disk.Pending.Select(write => (write.HardState, write.Start)));

        n1.Disk.Complete(1);
        Assert.Empty(n1.TakeSent());
        n1.Disk.Complete(1);
        Assert.True(n1.TakeSent<InstallSnapshotReplyMessage>().Single().IsInstalled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Follower_CrashAfterAnyNumberOfWritesOfAnInstall_RecoversAfterTheSnapshot(int writes)
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1, 1);
        n1.Disk.Hold();
        n1.Deliver((RaftMessage)Make.Install("n2", 3, Snapshot));
        Assert.Equal(2, n1.Disk.Pending.Count);
        if (writes > 0)
        {
            n1.Disk.Complete(writes);
        }

        n1.Node.CrashAndRestart();

        Assert.Equal((11, 10, 3), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.LastTerm));
        Assert.Equal((10, 10, 3), (n1.Module.CommitIndex, n1.Module.DurableIndex, n1.Module.Term));
        Assert.True(n1.Deliver(Make.Append("n2", 3, 10, 3, 10, 3)).Success);
        Assert.Equal([3], n1.Disk.Log);
    }

    /// <summary>The crash happens after the snapshot is stored and before the module is notified.</summary>
    [Fact]
    public void Follower_CrashBeforeTheInstall_RecoversAfterTheSnapshot()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1, 1);
        n1.Node.Snapshots.Add(Snapshot);

        n1.Node.CrashAndRestart();

        Assert.Equal((11, 10, 10, 3), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.CommitIndex, n1.Module.Term));
        Assert.Equal(new HardState(3, null), n1.Disk.HardState);
    }

    [Fact]
    public void Follower_CrashThoughTheLogHoldsTheSnapshotsLastEntry_KeepsItsLog()
    {
        SingleModule n1 = SingleModule.Follower(3, 1, 1, 3, 3);
        n1.Node.Snapshots.Add(new TestSnapshot(3, 3, [1]));

        n1.Node.CrashAndRestart();

        Assert.Equal([1, 1, 3, 3], n1.Node.Log);
        Assert.Equal((1, 3), (n1.Module.FirstIndex, n1.Module.CommitIndex));
    }

    /// <summary>
    /// Writes from before the install complete after it: what they wrote is gone from the log, and counts as durable no more.
    /// </summary>
    [Fact]
    public void Follower_WritesOfTheOldLogCompleteLate_DoNotCountForTheNewLog()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 1, 1, 1));
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 2, 1, 1, [.. Enumerable.Repeat(1L, 13)]));
        n1.Node.Receive(Make.Install("n3", 3, Snapshot));
        n1.Node.Receive(Make.Append("n3", 3, 10, 3, 10, 3, 3));
        Assert.InRange(n1.Module.DurableIndex, 0, 1);
        n1.TakeSent();

        List<long> durable = [];
        while (n1.Disk.Pending.Count > 0)
        {
            n1.Disk.Complete(1);
            durable.Add(n1.Module.DurableIndex);
        }

        Assert.Equal([1, 1, 10, 12], durable);
    }

    [Fact]
    public void Follower_NewStartNotYetDurable_AnswersHeartbeatsWithTheDurableIndex()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 3, 0, 0, 1, 1));
        n1.Disk.Hold();
        n1.Node.Receive(Make.Install("n2", 3, Snapshot));

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, 10, 3, 10));

        Assert.Equal((true, 1), (reply.Success, reply.LastIndex));
    }

    [Fact]
    public void Follower_SnapshotRepeatedWhileTheStartIsWritten_AnswersNoneOfThemBefore()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        n1.Node.Receive(Make.Install("n2", 3, Snapshot));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Install("n2", 3, Snapshot)));

        n1.Disk.Release();
        Assert.Equal([true, true], n1.TakeSent<InstallSnapshotReplyMessage>().Select(reply => reply.IsInstalled));
    }

    /// <summary>The log holds what the snapshot covers, but not on the disk yet.</summary>
    [Fact]
    public void Follower_HoldsTheEntriesInMemoryOnly_AnswersOnceTheyAreDurable()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, 1, 1, 1));

        Assert.Empty(n1.Deliver((RaftMessage)Make.Install("n2", 1, new TestSnapshot(2, 1, [1]))));
        Assert.Equal(2, n1.Module.CommitIndex);

        n1.Disk.Complete(1);
        Assert.True(n1.TakeSent<InstallSnapshotReplyMessage>().Single().IsInstalled);
    }

    [Fact]
    public void Follower_EntriesInTheSameBatchAsTheInstall_AreWrittenAfterTheStart()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1);
        n1.Node.StoresChunks = false;
        n1.Node.Receive(Make.Install("n2", 3, Snapshot));
        n1.Disk.Hold();

        n1.Node.Batch(module =>
        {
            module.SnapshotReceived(Snapshot.Identity, default, n1.Clock.Now);
            module.Receive(Make.Append("n2", 4, 10, 3, 11, 3, 4), n1.Clock.Now);
        });

        Assert.Equal(
            [(new HardState(4, null), null, 0), (null, new LogStart(10, 3), 0), (null, null, 2)],
            n1.Disk.Pending.Select(write => (write.HardState, write.Start, write.Entries.Length)));
        Assert.Empty(n1.TakeSent());
        n1.Disk.Complete(1);
        Assert.Equal(0, n1.Module.DurableIndex); // the term is durable, nothing of the new log
        n1.Disk.Complete(1);
        Assert.Equal(10, n1.Module.DurableIndex);
        Assert.Empty(n1.TakeSent<AppendEntriesReplyMessage>());
        n1.Disk.Complete(1);
        Assert.Equal(12, n1.TakeSent<AppendEntriesReplyMessage>().Single().LastIndex);
        Assert.Equal([3, 4], n1.Disk.Log);
    }

    /// <summary>What was appended in the batch and is gone before it is written is never written at all.</summary>
    [Fact]
    public void Follower_EntriesBeforeTheInstallInTheSameBatch_AreNotWritten()
    {
        SingleModule n1 = SingleModule.Follower(3);
        n1.Node.StoresChunks = false;
        n1.Node.Receive(Make.Install("n2", 3, Snapshot));
        n1.Disk.Hold();

        n1.Node.Batch(module =>
        {
            module.Receive(Make.Append("n2", 3, 0, 0, 0, 1, 1, 1), n1.Clock.Now);
            module.SnapshotReceived(Snapshot.Identity, default, n1.Clock.Now);
        });

        Assert.Equal(new LogStart(10, 3), Assert.Single(n1.Disk.Pending).Start);
        n1.Disk.Release();
        Assert.Equal((10, 10), (n1.Module.DurableIndex, n1.Module.LastIndex));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Follower_TwoInstallsInARow_EndsAfterTheSecond(bool together)
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1);
        TestSnapshot second = new(20, 4, [4, 5, 6]);
        n1.Disk.Hold();
        n1.Node.StoresChunks = false;
        n1.Node.Receive(Make.Install("n2", 4, Snapshot));
        if (together)
        {
            n1.Node.Batch(module =>
            {
                module.SnapshotReceived(Snapshot.Identity, default, n1.Clock.Now);
                module.SnapshotReceived(second.Identity, default, n1.Clock.Now);
            });
        }
        else
        {
            n1.Node.SnapshotReceived(Snapshot);
            n1.Node.SnapshotReceived(second);
        }

        Assert.Equal((21, 20, 4, 20), (n1.Module.FirstIndex, n1.Module.LastIndex, n1.Module.LastTerm, n1.Module.CommitIndex));
        while (n1.Disk.Pending.Count > 0)
        {
            n1.Disk.Complete(1);
            Assert.True(n1.Module.DurableIndex <= n1.Disk.Stored.LastIndex);
        }

        Assert.Equal((new LogStart(20, 4), 20), (n1.Disk.Start, n1.Module.DurableIndex));
        Assert.True(n1.TakeSent<InstallSnapshotReplyMessage>().Single().IsInstalled);
    }

    /// <summary>
    /// Entries of the discarded tail were on their way to the disk; those that come after the install replace nothing of them.
    /// </summary>
    [Fact]
    public void Follower_CrashAtAnyPointOfAnInstallWithWritesAround_KeepsWhatIsCommitted()
    {
        for (int completed = 0; completed <= 5; completed++)
        {
            SingleModule n1 = new();
            n1.Deliver(Make.Append("n2", 1, 0, 0, 1, 1, 1));
            n1.Disk.Hold();
            n1.Node.Receive(Make.Append("n2", 1, 2, 1, 1, 1, 1));
            n1.Node.Receive(Make.Append("n3", 2, 2, 1, 1, 2, 2, 2));
            n1.Node.Receive(Make.Install("n2", 3, Snapshot));
            n1.Node.Receive(Make.Append("n2", 3, 10, 3, 11, 3));
            Assert.Equal(5, n1.Disk.Pending.Count);
            if (completed > 0)
            {
                n1.Disk.Complete(completed);
            }

            n1.Node.CrashAndRestart();

            long commit = completed == 5 ? 11 : 10;
            Assert.Equal((11, commit, 3), (n1.Module.FirstIndex, n1.Module.CommitIndex, n1.Module.TermAt(10)));
            Assert.Equal(completed == 5 ? [3] : [], n1.Node.Log);
        }
    }
}
