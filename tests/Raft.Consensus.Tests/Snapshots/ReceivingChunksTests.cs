using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>InstallSnapshot, the follower's side, rules 1 to 5 of Figure 13 (section 7): chunks are stored in order, each once.</summary>
public sealed class ReceivingChunksTests
{
    /// <summary>The next leader continues with longer chunks of the same snapshot, while a predecessor's chunk is being stored.</summary>
    [Fact]
    public void Follower_ChunksOfTheNextLeaderAreLonger_ContinuesAfterWhatIsStored()
    {
        SingleModule n1 = new();
        n1.Node.StoresChunks = false;
        TestSnapshot snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        n1.Deliver((RaftMessage)Make.Install("n2", 4, snapshot, 0, 4));
        n1.Deliver((RaftMessage)Make.Install("n3", 5, snapshot, 0, 6, correlation: 8));

        n1.Node.StoreChunk();

        InstallSnapshotReplyMessage reply = Assert.Single(n1.TakeSent<InstallSnapshotReplyMessage>());
        Assert.Equal(("n3", 8, 4), (reply.To.Value, reply.Correlation, reply.NextOffset));
    }

    [Fact]
    public void Follower_LateDuplicateOfAnOlderSnapshot_KeepsWhatItHasOfTheNewer()
    {
        SingleModule n1 = new();
        TestSnapshot newer = new(20, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        InstallSnapshotMessage old = Make.Install("n2", 4, new TestSnapshot(10, 4, [1, 2, 3, 4, 5, 6, 7, 8]), 0, 4);
        n1.Deliver(old);
        n1.Deliver(Make.Install("n2", 4, newer, 0, 4));

        n1.Deliver((RaftMessage)old);

        Assert.Equal(newer.Identity, n1.Module.SnapshotBeingReceived);
    }

    private static readonly TestSnapshot Snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    private static readonly TestSnapshot OtherBytes = new(10, 4, [9, 8, 7, 6, 5, 4, 3, 2, 1]);

    [Fact]
    public void Follower_ChunksInOrder_RequestsEachAndInstallsTheLast()
    {
        SingleModule n1 = new();

        InstallSnapshotReplyMessage[] replies = [n1.Deliver(Chunk(0)), n1.Deliver(Chunk(4)), n1.Deliver(Chunk(8))];

        Assert.Equal([(4, false), (8, false), (0, true)], replies.Select(reply => ((int)reply.NextOffset, reply.IsInstalled)));
        Assert.Equal(Snapshot.Content, n1.Node.Snapshots.Latest!.Content);
        Assert.Equal((11, 10), (n1.Module.FirstIndex, n1.Module.CommitIndex));
        Assert.Null(n1.Module.SnapshotBeingReceived);
    }

    [Fact]
    public void Follower_ChunkBeingStored_AnswersOnceItIsStored()
    {
        SingleModule n1 = Storing();
        Assert.Empty(n1.Deliver((RaftMessage)Chunk(0)));
        Assert.Equal(Snapshot.Identity, n1.Module.SnapshotBeingReceived);

        n1.Node.StoreChunk();

        Assert.Equal(4, n1.TakeSent<InstallSnapshotReplyMessage>().Single().NextOffset);
    }

    /// <summary>The leader waits for the answer to what it sent last.</summary>
    [Fact]
    public void Follower_ChunkRepeatedWhileItIsStored_StoresItOnceAndAnswersTheLater()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0) with { Correlation = 7 });
        Assert.Empty(n1.Deliver((RaftMessage)Chunk(0) with { Correlation = 8 }));

        Assert.Single(n1.Node.ReceivedChunks);
        n1.Node.StoreChunk();

        Assert.Equal(8, n1.TakeSent<InstallSnapshotReplyMessage>().Single().Correlation);
    }

    [Fact]
    public void Follower_ChunkRepeatedAfterItWasStored_RequestsTheNext()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        n1.Deliver(Chunk(4));

        Assert.Equal([8, 8], new[] { n1.Deliver(Chunk(0)), n1.Deliver(Chunk(4)) }.Select(reply => (int)reply.NextOffset));
        Assert.Equal(8, n1.Node.Snapshots.PartLength);
    }

    [Fact]
    public void Follower_HasNoPartOfTheSnapshot_RequestsItFromTheStart()
    {
        SingleModule n1 = new();

        InstallSnapshotReplyMessage reply = n1.Deliver(Chunk(4));

        Assert.Equal((0, false), (reply.NextOffset, reply.IsInstalled));
        Assert.Null(n1.Module.SnapshotBeingReceived);
    }

    [Fact]
    public void Follower_RestartsBetweenChunks_RequestsTheSnapshotFromTheStart()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        n1.Node.CrashAndRestart();

        Assert.Equal(0, n1.Deliver(Chunk(4)).NextOffset);
        Assert.Equal(4, n1.Deliver(Chunk(0)).NextOffset);
    }

    /// <summary>
    /// Two nodes may take a snapshot of the same entries whose bytes differ: half of one and half of the other is neither.
    /// </summary>
    [Fact]
    public void Follower_SnapshotOfTheSameEntriesWithOtherBytes_StartsOver()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));

        Assert.Equal(0, n1.Deliver(Make.Install("n3", 5, OtherBytes, 4, 4)).NextOffset);
        Assert.Equal(4, n1.Deliver(Make.Install("n3", 5, OtherBytes, 0, 4)).NextOffset);
        Assert.Equal(OtherBytes.Identity, n1.Module.SnapshotBeingReceived);
        n1.Deliver(Make.Install("n3", 5, OtherBytes, 4, 4));
        Assert.True(n1.Deliver(Make.Install("n3", 5, OtherBytes, 8, 4)).IsInstalled);

        Assert.Equal(OtherBytes.Content, n1.Node.Snapshots.Latest!.Content);
    }

    /// <summary>A part from the middle of a snapshot that it knows nothing of is no reason to give up what it has.</summary>
    [Fact]
    public void Follower_MiddleOfAnotherSnapshot_KeepsItsPart()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        n1.Deliver(Make.Install("n3", 5, OtherBytes, 4, 4));

        Assert.Equal(8, n1.Deliver(Chunk(4, term: 6)).NextOffset);
    }

    [Fact]
    public void Follower_NextLeaderHasTheSameSnapshot_ContinuesWhereItWas()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));

        Assert.Equal(4, n1.Deliver(Make.Install("n3", 5, Snapshot, 0, 4)).NextOffset);
        Assert.Equal(8, n1.Deliver(Make.Install("n3", 5, Snapshot, 4, 4)).NextOffset);
        Assert.True(n1.Deliver(Make.Install("n3", 5, Snapshot, 8, 4)).IsInstalled);
        Assert.Equal(Snapshot.Content, n1.Node.Snapshots.Latest!.Content);
    }

    [Fact]
    public void Follower_ChunkCannotBeStored_RequestsTheSnapshotFromTheStart()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Node.StoreChunk();
        n1.Deliver((RaftMessage)Chunk(4));
        n1.TakeSent();

        n1.Node.RefuseChunk();

        Assert.Equal(
            (0, false), n1.TakeSent<InstallSnapshotReplyMessage>().Select(reply => ((int)reply.NextOffset, reply.IsInstalled)).Single());
        Assert.Equal(0, n1.Deliver(Chunk(4)).NextOffset);
    }

    [Fact]
    public void Follower_ChecksumIsWrong_RequestsTheSnapshotFromTheStartAndInstallsNothing()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        n1.Deliver(Chunk(4) with { Data = new byte[4] });

        InstallSnapshotReplyMessage reply = n1.Deliver(Chunk(8));

        Assert.Equal((0, false), (reply.NextOffset, reply.IsInstalled));
        Assert.Equal((0, 0), (n1.Module.CommitIndex, n1.Module.LastIndex));
        n1.Deliver(Chunk(0));
        n1.Deliver(Chunk(4));
        Assert.True(n1.Deliver(Chunk(8)).IsInstalled);
    }

    /// <summary>
    /// One snapshot, another, the first again, while the disk still stores a part of the first: a report of then must not be taken
    /// for one of now.
    /// </summary>
    [Fact]
    public void Follower_ReportOfAnEarlierReceptionOfTheSameSnapshot_IsIgnored()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Node.StoreChunk();
        n1.Deliver((RaftMessage)Chunk(4));
        n1.Deliver((RaftMessage)Make.Install("n3", 5, OtherBytes, 0, 4));
        n1.Deliver((RaftMessage)Chunk(0, term: 6));

        n1.Node.StoreChunk();
        n1.Node.StoreChunk();
        Assert.Empty(n1.TakeSent());
        n1.Node.StoreChunk();

        Assert.Equal(4, n1.TakeSent<InstallSnapshotReplyMessage>().Single().NextOffset);
        Assert.Equal(8, n1.Node.Snapshots.PartLength + 4);
    }

    /// <summary>The next leader still had the entries. A part of a snapshot that is no longer needed is not kept.</summary>
    [Fact]
    public void Follower_EntriesMakeTheSnapshotObsolete_DiscardsItsPart()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        Assert.NotNull(n1.Module.SnapshotBeingReceived);

        n1.Deliver(Make.Append("n3", 5, 0, 0, 11, [.. Enumerable.Repeat(4L, 12)]));

        Assert.Null(n1.Module.SnapshotBeingReceived);
    }

    [Fact]
    public void Follower_EntriesMakeTheSnapshotObsoleteWhileAChunkIsStored_AnswersItAndDiscardsItsPart()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Deliver(Make.Append("n3", 5, 0, 0, 11, [.. Enumerable.Repeat(4L, 12)]));

        n1.Node.StoreChunk();

        Assert.Equal(4, n1.TakeSent<InstallSnapshotReplyMessage>().Single().NextOffset);
        Assert.Null(n1.Module.SnapshotBeingReceived);
        Assert.True(n1.Deliver(Chunk(4, term: 6)).IsInstalled);
    }

    /// <summary>Section 5.2: a chunk is a sign of life like an AppendEntries.</summary>
    [Fact]
    public void Follower_ReceivesOnlyChunks_DoesNotCampaign()
    {
        SingleModule n1 = new(settings: Settings.Default);
        TestSnapshot snapshot = new(10, 4, new byte[100]);
        for (int offset = 0; offset < 40; offset += 4)
        {
            n1.Deliver(Make.Install("n2", 4, snapshot, offset, 4));
            n1.Pass(TimeSpan.FromMilliseconds(900));
        }

        Assert.Equal((RaftRole.Follower, 4, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.Leader!.Value));
        Assert.False(n1.Deliver(Make.RequestVote("n3", 5, 100, 4, isPreVote: true)).VoteGranted);
    }

    private static SingleModule Storing()
    {
        SingleModule n1 = new();
        n1.Node.StoresChunks = false;
        return n1;
    }

    /// <summary>Up to four bytes of the snapshot, from n2.</summary>
    private static InstallSnapshotMessage Chunk(int offset, long term = 4) => Make.Install("n2", term, Snapshot, offset, 4);
}
