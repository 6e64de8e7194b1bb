using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>Chunks that arrive before their turn, since several are in flight: they wait, within the limits of the receiver.</summary>
public sealed class EarlyChunksTests
{
    private static readonly TestSnapshot Snapshot = new(10, 4, [1, 2, 3, 4, 5, 6, 7, 8, 9]);

    /// <summary>Messages overtake each other: the missing one is probably under way.</summary>
    [Fact]
    public void Follower_ChunkAfterAGap_KeepsItUntilTheMissingOneIsThere()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));

        Assert.Empty(n1.Deliver((RaftMessage)Chunk(8)));
        Assert.Equal(4, n1.Node.Snapshots.PartLength);

        InstallSnapshotReplyMessage[] replies = [.. n1.Deliver((RaftMessage)Chunk(4)).Cast<InstallSnapshotReplyMessage>()];
        Assert.Equal([(8, false), (0, true)], replies.Select(reply => ((int)reply.NextOffset, reply.IsInstalled)));
    }

    /// <summary>Its sender has sent it twice, so it does not know which one is missing.</summary>
    [Fact]
    public void Follower_ChunkAfterAGapRepeated_NamesTheMissingOne()
    {
        SingleModule n1 = new();
        n1.Deliver(Chunk(0));
        n1.Deliver((RaftMessage)Chunk(8));

        InstallSnapshotReplyMessage reply = n1.Deliver(Chunk(8));

        Assert.Equal((4, SnapshotReplyReason.OutOfPlace), (reply.NextOffset, reply.Reason));
    }

    [Fact]
    public void Follower_LaterChunksWhileAnotherIsStored_StoresThemOneAfterTheOther()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Deliver((RaftMessage)Chunk(4));
        n1.Deliver((RaftMessage)Chunk(8));
        Assert.Equal((2, 5), n1.Module.EarlyChunks);

        n1.Node.StoreChunk();
        Assert.Equal(4, Assert.Single(n1.Node.ReceivedChunks).Offset);
        n1.Node.StoreChunk();
        n1.Node.StoreChunk();

        Assert.Equal(
            [(4, false), (8, false), (0, true)],
            n1.TakeSent<InstallSnapshotReplyMessage>().Select(answer => ((int)answer.NextOffset, answer.IsInstalled)));
    }

    [Fact]
    public void Follower_MoreEarlyChunksThanItsLimit_RefusesTheOthers()
    {
        SingleModule n1 = new(settings: Settings.Plain with { MaximumInFlightMessages = 1 });
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Deliver((RaftMessage)Chunk(4));

        InstallSnapshotReplyMessage reply = n1.Deliver(Chunk(8));

        Assert.Equal((0, SnapshotReplyReason.OutOfPlace), (reply.NextOffset, reply.Reason));
        Assert.Equal((1, 4), n1.Module.EarlyChunks);
    }

    [Fact]
    public void Follower_MoreEarlyBytesThanItsLimit_RefusesTheOthers()
    {
        SingleModule n1 = new(settings: Settings.Plain with { MaximumInFlightBytes = 16 }); // a quarter is for chunks
        n1.Node.StoresChunks = false;
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Deliver((RaftMessage)Chunk(4));

        Assert.Equal(SnapshotReplyReason.OutOfPlace, n1.Deliver(Chunk(8)).Reason);
        Assert.Equal((1, 4), n1.Module.EarlyChunks);
    }

    /// <summary>The chunks after the one that failed are answered with the same reason, in case its answer is lost.</summary>
    [Fact]
    public void Follower_StoreFails_NamesTheReasonUntilASnapshotBegins()
    {
        SingleModule n1 = Storing();
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Deliver((RaftMessage)Chunk(4));

        n1.Node.RefuseChunk();

        Assert.Equal(SnapshotReplyReason.StoreFailed, n1.TakeSent<InstallSnapshotReplyMessage>().Single().Reason);
        Assert.Equal((0, 0), n1.Module.EarlyChunks);
        Assert.Equal(SnapshotReplyReason.StoreFailed, n1.Deliver(Chunk(8)).Reason);
        n1.Deliver((RaftMessage)Chunk(0));
        n1.Node.StoreChunk();
        Assert.Equal(SnapshotReplyReason.Stored, n1.TakeSent<InstallSnapshotReplyMessage>().Single().Reason);
    }

    private static SingleModule Storing()
    {
        SingleModule n1 = new();
        n1.Node.StoresChunks = false;
        return n1;
    }

    /// <summary>Up to four bytes of the snapshot, from n2.</summary>
    private static InstallSnapshotMessage Chunk(int offset) => Make.Install("n2", 4, Snapshot, offset, 4);
}
