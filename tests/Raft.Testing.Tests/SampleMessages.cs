using System.Text;

namespace Raft.Testing.Tests;

internal static class SampleMessages
{
    public static RequestVoteMessage Vote(string from, string to, long term = 1) => new()
    {
        From = from,
        To = to,
        ClusterId = "raft",
        Term = term,
        LastLogIndex = 0,
        LastLogTerm = 0,
    };

    public static AppendEntriesMessage Append(string from, string to, long prevLogIndex = 0, params string[] texts) => new()
    {
        From = from,
        To = to,
        ClusterId = "raft",
        Term = 1,
        PrevLogIndex = prevLogIndex,
        PrevLogTerm = 0,
        Entries = texts.Select(Entry).ToArray(),
        LeaderCommit = 0,
    };

    public static LogEntry Entry(string text) => Entry(1, text);

    public static LogEntry Entry(long term, string text) => new(term, EntryKind.Command, Encoding.UTF8.GetBytes(text), SimulatedClock.Origin);
}
