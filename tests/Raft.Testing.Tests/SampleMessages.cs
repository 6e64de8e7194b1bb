using System.Text;

namespace Raft.Testing.Tests;

internal static class SampleMessages
{
    public static RequestVoteMessage Vote(string from, string to, long term = 1) => new()
    {
        From = from,
        To = to,
        Origin = Origins.Of("raft"),
        Term = term,
        LastLogIndex = 0,
        LastLogTerm = 0,
    };

    public static InstallSnapshotMessage Install(string from, string to) => new()
    {
        From = from,
        To = to,
        Origin = Origins.Of("raft"),
        Term = 5,
        LastIncludedIndex = 9,
        LastIncludedTerm = 3,
        Checksum = 7,
        Length = 100,
        Offset = 40,
        Data = new byte[] { 1, 2, 3 },
    };

    public static InstallSnapshotReplyMessage InstallReply(string from, string to) => new()
    {
        From = from,
        To = to,
        Origin = Origins.Of("raft"),
        Term = 5,
        LastIncludedIndex = 9,
        LastIncludedTerm = 3,
        Checksum = 7,
        NextOffset = 43,
    };

    public static AppendEntriesMessage Append(string from, string to, long prevLogIndex = 0, params string[] texts) => new()
    {
        From = from,
        To = to,
        Origin = Origins.Of("raft"),
        Term = 1,
        PrevLogIndex = prevLogIndex,
        PrevLogTerm = 0,
        Entries = texts.Select(Entry).ToArray(),
        LeaderCommit = 0,
    };

    public static LogEntry Entry(string text) => Entry(1, text);

    public static LogEntry Entry(long term, string text) =>
        new(term, EntryKind.Command, Encoding.UTF8.GetBytes(text), SimulatedClock.Origin);
}
