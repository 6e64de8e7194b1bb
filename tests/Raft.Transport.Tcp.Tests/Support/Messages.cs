namespace Raft.Transport.Tcp.Tests;

/// <summary>Messages between two nodes.</summary>
internal static class Messages
{
    public static AppendEntriesMessage Heartbeat(TestReceiver from, NodeId to, long number) => Append(from, to, number, 0, 0);

    public static AppendEntriesMessage Append(TestReceiver from, NodeId to, long number, int entries, int size) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        PrevLogIndex = number,
        PrevLogTerm = 5,
        LeaderCommit = 0,
        Entries = Enumerable.Range(0, entries)
            .Select(i => new LogEntry(5, EntryKind.Command, Bytes(size, (int)number + i), DateTimeOffset.UnixEpoch)).ToArray(),
    };

    public static RequestVoteMessage Vote(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        LastLogIndex = 1,
        LastLogTerm = 1,
    };

    public static AppendEntriesReplyMessage Reply(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        Success = true,
        PrevLogIndex = 1,
        LastIndex = 1,
    };

    public static InstallSnapshotMessage Chunk(TestReceiver from, NodeId to, long number, int size) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        LastIncludedIndex = 9,
        LastIncludedTerm = 4,
        Checksum = 7,
        Length = size,
        Offset = 0,
        Data = Bytes(size, (int)number),
    };

    public static RequestVoteReplyMessage VoteReply(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        VoteGranted = true,
    };

    public static InstallSnapshotReplyMessage ChunkReply(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        LastIncludedIndex = 9,
        LastIncludedTerm = 4,
        Checksum = 7,
        NextOffset = 3,
    };

    public static TimeoutNowMessage TimeoutNow(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        LastLogIndex = 1,
        LastLogTerm = 1,
    };

    public static TimeoutNowReplyMessage TimeoutNowReply(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        Reason = TimeoutNowRefusal.Stopping,
    };

    public static ReadIndexRequestMessage ReadIndexRequest(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        Moment = 3,
    };

    public static ReadIndexReplyMessage ReadIndexReply(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
        Moment = 3,
        ReadIndex = 2,
    };

    public static IdentityRefusalMessage IdentityRefusal(TestReceiver from, NodeId to, long number) => new()
    {
        From = from.NodeId,
        To = to,
        Origin = from.Origin,
        Term = 5,
        Correlation = number,
    };

    private static byte[] Bytes(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
