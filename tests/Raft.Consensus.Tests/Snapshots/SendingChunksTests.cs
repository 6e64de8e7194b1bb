using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>
/// InstallSnapshot, the leader's side (section 7): a first chunk that is repeated until it is answered, then the others in order.
/// </summary>
public sealed class SendingChunksTests
{
    private static readonly Settings SmallChunks = Settings.Plain with { MaximumChunkBytes = 4 };
    private static readonly TestSnapshot Snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9], DateTimeOffset.UnixEpoch);

    [Fact]
    public void Leader_FirstChunkAnswered_SendsTheOthersInOrder()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();

        InstallSnapshotMessage[] all = [first, .. n1.Deliver(Make.Want(first)).Cast<InstallSnapshotMessage>()];

        Assert.Equal([0, 4, 8], all.Select(chunk => (int)chunk.Offset));
        Assert.Equal(Snapshot.Content, all.SelectMany(chunk => chunk.Data.ToArray()));
        Assert.Equal([false, false, true], all.Select(chunk => chunk.IsLast));
        Assert.Equal([8, 0, 0], all.Select(chunk => chunk.Header.Length));
        Assert.All(all, chunk => Assert.Equal((10, 4, 9), (chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Length)));
    }

    [Fact]
    public void Leader_LastChunkInstalled_StreamsTheTailAtOnce()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        InstallSnapshotMessage last = Chunk(n1.Deliver(Make.Want(first, nextOffset: 8)));

        AppendEntriesMessage append = Assert.IsType<AppendEntriesMessage>(Assert.Single(n1.Deliver(Make.Installed(last))));

        Assert.Equal((10, 4, 3), (append.PrevLogIndex, append.PrevLogTerm, append.Entries.Length));
        n1.Node.Propose(new byte[1]);
        Assert.Single(n1.TakeSent<AppendEntriesMessage>()); // without waiting for an answer
        Assert.Null(n1.Module.SnapshotUnderWayTo("n2"));
    }

    /// <summary>
    /// Each wait without an answer doubles the next, up to the longest election timeout, so that a silent follower is not flooded.
    /// </summary>
    [Fact]
    public void Leader_ChunkNeverAnswered_RepeatsItLessAndLessOften()
    {
        (SingleModule n1, _) = Sending();
        List<double> times = [];
        for (TimeSpan began = n1.Clock.Now; times.Count < 6;)
        {
            InstallSnapshotMessage[] chunks = [.. n1.Pass(TimeSpan.FromMilliseconds(100)).OfType<InstallSnapshotMessage>()];
            times.AddRange(chunks.Select(_ => (n1.Clock.Now - began).TotalSeconds));
            Assert.All(chunks, chunk => Assert.Equal(0, chunk.Offset));
        }

        Assert.Equal([0.4, 1.2, 2.8, 5.8, 8.8, 11.8], times);
    }

    /// <summary>The chunk or its answer was lost: the follower says what it has, and the transfer continues at once.</summary>
    [Fact]
    public void Leader_RepeatedChunkAnswered_ContinuesAtOnce()
    {
        (SingleModule n1, _) = Sending();
        InstallSnapshotMessage again = Repeated(n1);

        Assert.Equal([4, 8], Offsets(n1.Deliver(Make.Want(again))));
    }

    /// <summary>The answer was late and not lost, so the chunk need not have been repeated: its transfer continues.</summary>
    [Fact]
    public void Leader_AnswersOfAChunkAndItsRepetition_SendsEachFurtherChunkOnce()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        InstallSnapshotMessage again = Repeated(n1);

        Assert.Equal([4, 8], Offsets(n1.Deliver(Make.Want(first))));
        Assert.Empty(n1.Deliver(Make.Want(again)));
    }

    [Fact]
    public void Leader_DuplicateAnswer_SendsOneChunkForBoth()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        RaftMessage[] others = n1.Deliver(Make.Want(first));

        Assert.Empty(n1.Deliver(Make.Want(first)));
        Assert.Empty(n1.Deliver(Make.Want((InstallSnapshotMessage)others[0])));
        Assert.Empty(n1.Deliver(Make.Want((InstallSnapshotMessage)others[0])));
        Assert.Empty(n1.Deliver(Make.Want(first)));
    }

    /// <summary>Messages that come twice, and answers that do, must not make chunks multiply.</summary>
    [Fact]
    public void Leader_EveryMessageDuplicated_SendsNoChunkTwice()
    {
        ModuleCluster cluster = new(2, SmallChunks);
        cluster.Preset("n1", 5, Snapshot);
        cluster.Sent = message => cluster.InFlight.Add(message);

        cluster.Elect("n1");

        Assert.Equal([0, 0, 4, 4, 8, 8], cluster.ChunksTo("n2").Select(chunk => (int)chunk.Offset).Order());
        Assert.Equal((11, 11), (cluster["n1"].Module.CommitIndex, cluster["n2"].Module.CommitIndex));
    }

    /// <summary>The follower has a part from an earlier leader that had the same snapshot.</summary>
    [Fact]
    public void Leader_FollowerHasAPart_ContinuesAfterIt()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();

        InstallSnapshotMessage next = Chunk(n1.Deliver(Make.Want(first, nextOffset: 8)));

        Assert.Equal((8, true), (next.Offset, next.IsLast));
    }

    [Fact]
    public void Leader_FollowerLostItsPart_StartsOverWithTheLatestAfterAWhile()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        InstallSnapshotMessage second = n1.Deliver(Make.Want(first)).Cast<InstallSnapshotMessage>().First();
        TestSnapshot newer = new(11, 5, [9, 9, 9, 9, 9]);
        n1.Node.Snapshots.Add(newer);

        Assert.Empty(n1.Deliver(Make.Want(second, nextOffset: 0)));
        InstallSnapshotMessage again = Repeated(n1);

        Assert.Equal((0, 11, newer.Identity.Checksum), (again.Offset, again.LastIncludedIndex, again.Checksum));
    }

    /// <summary>
    /// Its checksum is wrong, say: sending it again from the start will not help, and without a pause would fill the network.
    /// </summary>
    [Fact]
    public void Leader_SnapshotRefusedAtItsEndRepeatedly_IsSentWithPausesOfMinutes()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        Queue<InstallSnapshotMessage> sent = new([first]);
        int transfers = 0;
        for (TimeSpan end = n1.Clock.Now + TimeSpan.FromHours(1); n1.Clock.Now < end;)
        {
            IEnumerable<RaftMessage> next = sent.TryDequeue(out InstallSnapshotMessage? chunk)
                ? n1.Deliver((RaftMessage)(chunk.IsLast ? Refused(chunk, SnapshotReplyReason.StoreFailed) : Make.Want(chunk)))
                : n1.Pass(TimeSpan.FromMilliseconds(100));
            transfers += chunk?.IsLast == true ? 1 : 0;
            foreach (InstallSnapshotMessage message in next.OfType<InstallSnapshotMessage>())
            {
                sent.Enqueue(message);
            }
        }

        Assert.InRange(transfers, 30, 40); // nine pauses below two minutes, then thirty an hour
    }

    [Fact]
    public void Leader_ThereIsNoSnapshot_AsksLessAndLessOftenUntilThereIs()
    {
        (SingleModule n1, AppendEntriesMessage probe) = Asking();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Node.Snapshots.DeleteAll();
        n1.Deliver(Make.Reject(probe, 0, 0, 0));
        int asked = 0;
        for (TimeSpan end = n1.Clock.Now + TimeSpan.FromMinutes(1); n1.Clock.Now < end;)
        {
            if (n1.Node.ChunkLoads.Count > 0)
            {
                asked++;
                n1.Node.AnswerSnapshotLoad();
            }

            n1.Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(asked, 6, 9);
        n1.Node.AnswersSnapshotLoads = true;
        n1.Node.Snapshots.Add(Snapshot);
        n1.Module.OnNewSnapshot();
        Assert.Equal(0, n1.Pass(TimeSpan.Zero).OfType<InstallSnapshotMessage>().First().Offset);
    }

    /// <summary>A snapshot that ends before the log starts would leave a hole.</summary>
    [Fact]
    public void Leader_LatestSnapshotEndsBeforeTheLogStarts_SendsNothing()
    {
        (SingleModule n1, AppendEntriesMessage probe) = Asking();
        n1.Node.Snapshots.DeleteAll();
        n1.Node.Snapshots.Add(new TestSnapshot(9, 4, new byte[3]));

        Assert.Empty(n1.Deliver(Make.Reject(probe, 0, 0, 0)));
    }

    [Fact]
    public void Leader_CompactsBeyondTheSnapshotUnderWay_StartsOverWithTheLatest()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 13, 5, 0) with { To = "n3" }));
        Assert.Equal(13, n1.Module.CommitIndex);
        TestSnapshot newer = n1.Node.Compact();

        InstallSnapshotMessage next = Chunk(n1.Deliver(Make.Want(first)));

        Assert.Equal((0, 13, newer.Identity.Checksum), (next.Offset, next.LastIncludedIndex, next.Checksum));
    }

    /// <summary>The follower installed it, but by then the log began after it: the next snapshot follows.</summary>
    [Fact]
    public void Leader_InstalledSnapshotEndsBeforeTheLogStarts_SendsTheNextOne()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        InstallSnapshotMessage last = Chunk(n1.Deliver(Make.Want(first, nextOffset: 8)));
        n1.Deliver(Make.Accept(Make.Append("n1", n1.Module.Term, 13, 5, 0) with { To = "n3" }));
        n1.Node.Compact();

        InstallSnapshotMessage next = Chunk(n1.Deliver(Make.Installed(last)));

        Assert.Equal((0, 13), (next.Offset, next.LastIncludedIndex));
        n1.Deliver(Make.Installed(next));
        Assert.Null(n1.Module.SnapshotUnderWayTo("n2"));
    }

    /// <summary>A newer snapshot alone is no reason to begin again: the one under way still ends within the log.</summary>
    [Fact]
    public void Leader_TakesANewerSnapshotMeanwhile_FinishesTheOneUnderWay()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.Snapshots.Add(new TestSnapshot(11, 5, [9, 9, 9, 9, 9]));

        InstallSnapshotMessage next = (InstallSnapshotMessage)n1.Deliver(Make.Want(first))[0];

        Assert.Equal((4, 10), (next.Offset, next.LastIncludedIndex));
    }

    /// <summary>The one under way is deleted: the host has nothing to send, and then the newer one.</summary>
    [Fact]
    public void Leader_SnapshotUnderWayIsDeleted_SendsTheLatestAfterAWhile()
    {
        (SingleModule n1, InstallSnapshotMessage first) = Sending();
        n1.Node.Snapshots.Add(new TestSnapshot(11, 5, [9, 9, 9, 9, 9]));
        n1.Node.Snapshots.DeleteAllButTheLatest();

        Assert.Empty(n1.Deliver(Make.Want(first)));

        InstallSnapshotMessage next = Repeated(n1);
        Assert.Equal((0, 11), (next.Offset, next.LastIncludedIndex));
    }

    private static (SingleModule N1, AppendEntriesMessage Probe) Asking()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        return (n1, n1.TakeSent<AppendEntriesMessage>().Single(append => append.To == "n2"));
    }

    /// <summary>A leader n1 with three entries after the snapshot, of which it has sent the first chunk to n2.</summary>
    private static (SingleModule N1, InstallSnapshotMessage First) Sending()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, SmallChunks);
        return (n1, SendingSnapshots.Begin(n1));
    }

    private static InstallSnapshotReplyMessage Refused(InstallSnapshotMessage chunk, SnapshotReplyReason reason) =>
        Make.Want(chunk, nextOffset: 0) with { Reason = reason };

    private static int[] Offsets(RaftMessage[] sent) => [.. sent.Cast<InstallSnapshotMessage>().Select(chunk => (int)chunk.Offset)];

    private static InstallSnapshotMessage Chunk(RaftMessage[] sent) => Assert.IsType<InstallSnapshotMessage>(Assert.Single(sent));

    /// <summary>The chunk that is sent next when nothing is answered any more.</summary>
    private static InstallSnapshotMessage Repeated(SingleModule n1) =>
        n1.Pass(TimeSpan.FromMilliseconds(400)).OfType<InstallSnapshotMessage>().Single();
}
