namespace Raft;

/// <summary>The byte for the type of an encoded message. Values are never reused; a new type gets the next value.</summary>
internal enum MessageType : byte
{
    RequestVote = 1,
    RequestVoteReply = 2,
    AppendEntries = 3,
    AppendEntriesReply = 4,
    InstallSnapshot = 5,
    InstallSnapshotReply = 6,
    TimeoutNow = 7,
    TimeoutNowReply = 8,
    IdentityRefusal = 9,
    SetupRequest = 10,
    SetupReply = 11,
    ReadIndexRequest = 12,
    ReadIndexReply = 13,
    StateDigest = 14,
    StateDigestReply = 15,
}
