using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>Several chunks of a snapshot in flight (section 7): within a window, and without sending more when some are lost.</summary>
public sealed class WindowTests
{
    private static readonly Settings Window = Settings.Plain with { MaximumChunkBytes = 4, MaximumInFlightMessages = 4 };
    private static readonly TestSnapshot Snapshot = new(10, 4, [.. Enumerable.Range(1, 40).Select(value => (byte)value)]);

    [Fact]
    public void Leader_FirstChunkAnswered_FillsItsWindow()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);

        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));

        Assert.Equal([4, 8, 12, 16], Offsets(window));
        Assert.Equal([20], Offsets(Chunks(n1.Deliver(Make.Want(window[0])))));
        Assert.Equal((4, 16), (n1.Module.Followers[0].InFlightMessages, n1.Module.Followers[0].InFlightBytes));
    }

    /// <summary>An earlier leader has sent smaller chunks: the follower has the beginning of the probe, and needs the rest at once.</summary>
    [Fact]
    public void Leader_ProbeIsStoredInPart_ContinuesWithinIt()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);

        Assert.Equal([2, 6, 10, 14], Offsets(Chunks(n1.Deliver(Make.Want(first, nextOffset: 2)))));
    }

    /// <summary>It says what is stored, and not what becomes of the probe.</summary>
    [Fact]
    public void Leader_LateAnswerDuringAProbe_IsOnlyProgress()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));
        InstallSnapshotMessage probe = Assert.Single(Chunks(n1.Pass(TimeSpan.FromMilliseconds(400))));
        Assert.Equal(4, probe.Offset);

        Assert.DoesNotContain(6, Offsets(Chunks(n1.Deliver(Make.Want(window[0], nextOffset: 6)))));
    }

    /// <summary>A quarter of the limit for messages is for chunks.</summary>
    [Fact]
    public void Leader_WindowOfBytes_HoldsNoMore()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window with { MaximumInFlightBytes = 32 });

        Assert.Equal([4, 8], Offsets(Chunks(n1.Deliver(Make.Want(first)))));
    }

    /// <summary>Answers say what is stored up to a byte, so each includes those before it.</summary>
    [Fact]
    public void Leader_LaterAnswerOvertakesEarlierOnes_TakesThemAsGiven()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));

        Assert.Equal([20, 24, 28], Offsets(Chunks(n1.Deliver(Make.Want(window[2])))));
        Assert.Empty(n1.Deliver(Make.Want(window[0])));
        Assert.Empty(n1.Deliver(Make.Want(window[1])));
    }

    [Fact]
    public void Leader_NoAnswer_GoesBackToWhatIsAcknowledgedWithOneChunk()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));
        n1.Deliver(Make.Want(window[0]));

        InstallSnapshotMessage probe = Assert.Single(Chunks(n1.Pass(TimeSpan.FromMilliseconds(400))));

        Assert.Equal(8, probe.Offset);
        Assert.Equal([28, 32, 36], Offsets(Chunks(n1.Deliver(Make.Want(probe, nextOffset: 28))))); // the window opens from half again
    }

    /// <summary>Four chunks were too many for the follower, and it has refused three: one answer to them is enough.</summary>
    [Fact]
    public void Leader_SeveralChunksOutOfPlace_GoesBackOnce()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));

        Assert.Equal([4], Offsets(Chunks(n1.Deliver(OutOfPlace(window[1], 4)))));
        Assert.Empty(n1.Deliver(OutOfPlace(window[2], 4)));
        Assert.Empty(n1.Deliver(OutOfPlace(window[3], 4)));
    }

    [Fact]
    public void Leader_FollowerLostItsPart_StartsOverOnce()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));
        foreach (InstallSnapshotMessage chunk in window)
        {
            Assert.Empty(n1.Deliver(OutOfPlace(chunk, 0)));
        }

        InstallSnapshotMessage again = Assert.Single(Chunks(n1.Pass(TimeSpan.FromMilliseconds(400))));
        Assert.Equal(0, again.Offset);
        Assert.Empty(n1.Deliver(Make.Want(window[3]))); // it is about the part that is lost
        Assert.Equal(1, n1.Module.Followers[0].Transfer!.Attempts);
        n1.Deliver(Make.Want(again));
        Assert.Equal(2, n1.Module.Followers[0].Transfer!.Attempts);
    }

    /// <summary>The round trip is longer than the patience at the start: it is measured.</summary>
    [Fact]
    public void Leader_LongRoundTrip_SendsNoChunkAgainOnceItIsKnown()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        n1.Pass(TimeSpan.FromMilliseconds(300));
        InstallSnapshotMessage[] window = Chunks(n1.Deliver(Make.Want(first)));

        Assert.Empty(Chunks(n1.Pass(TimeSpan.FromMilliseconds(500))));
        Assert.Equal([20], Offsets(Chunks(n1.Deliver(Make.Want(window[0])))));
        Assert.Equal([8], Offsets(Chunks(n1.Pass(TimeSpan.FromMilliseconds(1_200)))));
    }

    [Fact]
    public void Cluster_SlowFollower_ReceivesEachChunkOnce()
    {
        ModuleCluster cluster = new(2, Window);
        cluster.Preset("n1", 5, Snapshot);
        cluster["n2"].StoresChunks = false;
        cluster.Elect("n1");
        while (cluster["n2"].ReceivedChunks.Count > 0)
        {
            Assert.True(cluster["n2"].Module.EarlyChunks.Count <= 4);
            cluster["n2"].StoreChunk();
            cluster.DeliverAll();
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(chunk => chunk * 4), cluster.ChunksTo("n2").Select(chunk => (int)chunk.Offset));
        Assert.Single(cluster["n2"].Restored);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(36)]
    public void Cluster_ChunkLostOnce_IsSentAgain(int offset)
    {
        ModuleCluster cluster = new(2, Window);
        cluster.Preset("n1", 5, Snapshot);
        bool lost = false;
        cluster.Drop = message => !lost && (lost = message is InstallSnapshotMessage chunk && chunk.Offset == offset);

        cluster.Elect("n1");
        cluster.Pass(TimeSpan.FromSeconds(0.9));

        Assert.True(lost);
        Assert.Equal(Snapshot.Content, Assert.Single(cluster["n2"].Restored).Content);
        Assert.InRange(cluster.ChunksTo("n2").Length, 10, 14);
    }

    /// <summary>The log is kept from the snapshot on, also when it is installed: until the follower has the rest.</summary>
    [Fact]
    public void NeededByTransfersAfter_SnapshotInstalled_FollowsTheFollowerUntilItHasCaughtUp()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending(Window);
        n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 13, 5, 0) with { To = "n3" }));
        Assert.Equal((13, 10), (n1.Module.CommitIndex, n1.Module.NeededByTransfersAfter));

        n1.Deliver(Make.Installed(first));
        Assert.Equal(10, n1.Module.NeededByTransfersAfter);
        n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 12, 5, 0) with { To = "n2" }));
        Assert.Equal(12, n1.Module.NeededByTransfersAfter);
        n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 13, 6, 0) with { To = "n2" }));

        Assert.Null(n1.Module.NeededByTransfersAfter);
    }

    private static (SingleModule N1, InstallSnapshotMessage First) Sending(Settings settings)
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, settings);
        return (n1, SendingSnapshots.Begin(n1));
    }

    private static InstallSnapshotReplyMessage OutOfPlace(InstallSnapshotMessage chunk, long nextOffset) =>
        Make.Want(chunk, nextOffset) with { Reason = SnapshotReplyReason.OutOfPlace };

    private static InstallSnapshotMessage[] Chunks(RaftMessage[] sent) => [.. sent.OfType<InstallSnapshotMessage>()];

    private static int[] Offsets(InstallSnapshotMessage[] chunks) => [.. chunks.Select(chunk => (int)chunk.Offset)];
}
