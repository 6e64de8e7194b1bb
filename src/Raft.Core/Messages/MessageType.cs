namespace Raft;

/// <summary>The byte that says what a message on the wire is. Values are never reused; a new kind of message takes the next one.</summary>
internal enum MessageType : byte
{
    RequestVote = 1,
    RequestVoteReply = 2,
    AppendEntries = 3,
    AppendEntriesReply = 4,
    InstallSnapshot = 5,
    InstallSnapshotReply = 6,
}
