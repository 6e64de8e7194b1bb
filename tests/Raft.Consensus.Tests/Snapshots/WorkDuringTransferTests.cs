using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>
/// What else a leader does while it sends a snapshot (section 7), and which messages end a transfer or do not affect it.
/// </summary>
public sealed class WorkDuringTransferTests
{
    private static readonly Settings SmallChunks = Settings.Plain with { MaximumChunkBytes = 4, MaximumInFlightMessages = 1 };
    private static readonly TestSnapshot Snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9]);

    /// <summary>The follower has nothing that a heartbeat could name but the start of all logs; it must not look like a conflict.</summary>
    [Fact]
    public void Leader_WhileItSends_HeartbeatsFromTheStartOfTheLog()
    {
        (SingleModule n1, _) = Sending();

        AppendEntriesMessage[] heartbeats =
            [.. n1.Pass(TimeSpan.FromSeconds(1)).OfType<AppendEntriesMessage>().Where(append => append.To == "n2")];

        Assert.Equal(5, heartbeats.Length);
        Assert.All(
            heartbeats, heartbeat => Assert.Equal((0, 0, 0), (heartbeat.PrevLogIndex, heartbeat.PrevLogTerm, heartbeat.Entries.Length)));
    }

    [Fact]
    public void Leader_WhileItSends_ReplicatesToTheOthersAndCommits()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().First(append => append.To == "n3");
        n1.Deliver(Make.Accept(probe));
        n1.Deliver(Make.Reject(probe with { To = "n2", Correlation = probe.Correlation - 1 }, 0, 0, 0));
        Assert.NotNull(n1.Module.SnapshotUnderWayTo("n2"));

        n1.TakeSent();
        n1.Node.Propose(new byte[1]);
        AppendEntriesMessage append = Assert.IsType<AppendEntriesMessage>(Assert.Single(n1.TakeSent()));
        n1.Deliver(Make.Accept(append));

        Assert.Equal(("n3", 14), (append.To.Value, n1.Module.CommitIndex));
    }

    [Fact]
    public void Leader_SeveralFollowersNeedASnapshot_SendsEachItsOwn()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        AppendEntriesMessage[] probes = n1.TakeSent<AppendEntriesMessage>();
        InstallSnapshotMessage toN2 = Chunk(n1.Deliver(Make.Reject(probes[0], 0, 0, 0)));
        InstallSnapshotMessage toN3 = Chunk(n1.Deliver(Make.Reject(probes[1], 0, 0, 0)));

        InstallSnapshotMessage secondToN3 = Chunk(n1.Deliver(Make.Want(toN3)));
        InstallSnapshotMessage thirdToN3 = Chunk(n1.Deliver(Make.Want(secondToN3)));
        InstallSnapshotMessage secondToN2 = Chunk(n1.Deliver(Make.Want(toN2)));

        Assert.Equal([("n2", 0), ("n3", 0), ("n3", 4), ("n3", 8), ("n2", 4)],
            new[] { toN2, toN3, secondToN3, thirdToN3, secondToN2 }.Select(chunk => (chunk.To.Value, (int)chunk.Offset)));
    }

    /// <summary>A host keeps the log from there on, or the follower would need another snapshot at the end of this one.</summary>
    [Fact]
    public void NeededByTransfersAfter_FollowersOfDifferentSnapshots_IsTheLowestOfThoseThatAnswer()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        AppendEntriesMessage[] probes = n1.TakeSent<AppendEntriesMessage>();
        Assert.Null(n1.Module.NeededByTransfersAfter);
        n1.Deliver(Make.Reject(probes[0], 0, 0, 0));
        n1.Node.Snapshots.Add(new TestSnapshot(12, 5, new byte[9]));
        InstallSnapshotMessage toN3 = Chunk(n1.Deliver(Make.Reject(probes[1], 0, 0, 0)));
        Assert.Equal((10, 12), (n1.Module.NeededByTransfersAfter, toN3.LastIncludedIndex));
        Assert.Equal(Snapshot.Identity, n1.Module.SnapshotUnderWayTo("n2"));

        n1.Pass(TimeSpan.FromMilliseconds(900));
        n1.Deliver(Make.Want(n1.Pass(TimeSpan.Zero).OfType<InstallSnapshotMessage>().FirstOrDefault() ?? toN3));
        n1.Pass(TimeSpan.FromMilliseconds(100)); // now n2 has been silent for an election timeout

        Assert.Equal(12, n1.Module.NeededByTransfersAfter);
    }

    /// <summary>Dissertation, section 6.2: an answer to a chunk counts as contact, too.</summary>
    [Fact]
    public void Leader_FollowerAnswersOnlyChunks_HasItsQuorum()
    {
        SingleModule n1 = SendingSnapshots.Leader(
            new TestSnapshot(10, 4, new byte[1_000]), SmallChunks with { CheckQuorum = true, LeaderStickiness = true }, voters: 2);
        InstallSnapshotMessage chunk = SendingSnapshots.Begin(n1);
        for (int i = 0; i < 30; i++)
        {
            n1.Pass(TimeSpan.FromMilliseconds(200));
            chunk = n1.Deliver(Make.Want(chunk)).OfType<InstallSnapshotMessage>().Single();
        }

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        n1.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    /// <summary>A late acknowledgement says that the follower holds it all: it needs no snapshot.</summary>
    [Fact]
    public void Leader_FollowerAcknowledgesTheStartOfTheLogMeanwhile_ContinuesWithEntries()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();

        AppendEntriesMessage append = Assert.IsType<AppendEntriesMessage>(Assert.Single(
            n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 10, 4, 0) with { To = "n2" }))));

        Assert.Equal((10, 3), (append.PrevLogIndex, append.Entries.Length));
        Assert.Empty(n1.Deliver(Make.Want(first)));
    }

    [Fact]
    public void Leader_LateRejectionOrAcknowledgementMeanwhile_ContinuesSending()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().First(append => append.To == "n2");
        InstallSnapshotMessage first = Chunk(n1.Deliver(Make.Reject(probe, 0, 0, 0)));

        Assert.Empty(n1.Deliver(Make.Reject(probe, 0, 0, 0)));
        Assert.Empty(n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 0, 0, 0) with { To = "n2" })));
        Assert.Empty(n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 9, 4, 0) with { To = "n2" })));

        Assert.Equal(4, Chunk(n1.Deliver(Make.Want(first))).Offset);
    }

    /// <summary>
    /// An answer arrived while the same chunk was being loaded again: it is not sent, and the next one is requested at once.
    /// </summary>
    [Fact]
    public void Leader_ChunkAnsweredWhileItIsLoadedAgain_ContinuesAfterIt()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Pass(TimeSpan.FromMilliseconds(400));
        n1.Deliver(Make.Want(first));

        n1.Node.AnswerSnapshotLoad();

        Assert.Empty(n1.TakeSent<InstallSnapshotMessage>());
        Assert.Equal((Snapshot.Identity, 4), (n1.Node.ChunkLoads.Single().Snapshot, n1.Node.ChunkLoads.Single().Offset));
        n1.Node.AnswerSnapshotLoad();
        Assert.Equal(4, n1.TakeSent<InstallSnapshotMessage>().Single().Offset);
    }

    [Fact]
    public void Leader_PartOfAnotherSnapshotLoaded_DoesNotSendIt()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Deliver(Make.Want(first));
        ChunkLoadRequest load = n1.Node.ChunkLoads.Single();

        n1.Node.SnapshotChunkLoaded(in load, new TestSnapshot(10, 4, new byte[9]).ChunkAt(4, 4));

        Assert.Empty(n1.TakeSent());
    }

    [Fact]
    public void Leader_SameChunkLoadedTwice_SendsItOnce()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Deliver(Make.Want(first));
        ChunkLoadRequest load = n1.Node.ChunkLoads.Single();

        n1.Node.SnapshotChunkLoaded(in load, Snapshot.ChunkAt(4, 4));
        n1.Node.SnapshotChunkLoaded(in load, Snapshot.ChunkAt(4, 4));

        Assert.Single(n1.TakeSent());
    }

    [Fact]
    public void Leader_ChunkLoadedForAnEarlierTerm_IsNotSent()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Deliver(Make.Want(first));
        ChunkLoadRequest load = n1.Node.ChunkLoads.Single();
        n1.Deliver(Make.Append("n3", n1.Module.Term + 1, 0, 0, 0));
        n1.Node.SnapshotChunkLoaded(in load, Snapshot.ChunkAt(4, 4));
        Assert.Empty(n1.TakeSent<InstallSnapshotMessage>());

        n1.Lead();
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().First(append => append.To == "n2");
        n1.Deliver(Make.Reject(probe, 0, 0, 0));
        n1.Node.SnapshotChunkLoaded(in load, Snapshot.ChunkAt(4, 4));

        Assert.Empty(n1.TakeSent<InstallSnapshotMessage>());
    }

    private static (SingleModule N1, InstallSnapshotMessage First) Sending()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        return (n1, SendingSnapshots.Begin(n1));
    }

    private static InstallSnapshotMessage Chunk(RaftMessage[] sent) => Assert.IsType<InstallSnapshotMessage>(Assert.Single(sent));
}
