namespace Raft.Consensus.Tests.Support;

/// <summary>Makes messages by hand, for a module called n1.</summary>
internal static class Make
{
    public const string ClusterId = "raft";

    /// <summary>Empty commands of these terms.</summary>
    public static LogEntry[] Entries(params long[] terms) =>
        [.. terms.Select(term => new LogEntry(term, EntryKind.Command, default, DateTimeOffset.UnixEpoch))];

    /// <summary>RequestVote of a candidate whose last entry is (<paramref name="lastIndex"/>, <paramref name="lastTerm"/>).</summary>
    public static RequestVoteMessage RequestVote(NodeId from, long term, long lastIndex, long lastTerm, bool isPreVote = false) => new()
    {
        From = from,
        To = "n1",
        ClusterId = ClusterId,
        Term = term,
        LastLogIndex = lastIndex,
        LastLogTerm = lastTerm,
        IsPreVote = isPreVote,
    };

    /// <summary>AppendEntries with entries of the given terms behind (<paramref name="prevIndex"/>, <paramref name="prevTerm"/>).</summary>
    public static AppendEntriesMessage Append(NodeId from, long term, long prevIndex, long prevTerm, long commit, params long[] entries) => new()
    {
        From = from,
        To = "n1",
        ClusterId = ClusterId,
        Term = term,
        PrevLogIndex = prevIndex,
        PrevLogTerm = prevTerm,
        Entries = Entries(entries),
        LeaderCommit = commit,
    };

    /// <summary>The answer to a vote request: by default in the term that was asked for.</summary>
    public static RequestVoteReplyMessage Vote(RequestVoteMessage request, bool granted, long? term = null) => new()
    {
        From = request.To,
        To = request.From,
        ClusterId = ClusterId,
        Term = term ?? request.Term,
        Correlation = request.Correlation,
        VoteGranted = granted,
        IsPreVote = request.IsPreVote,
    };

    /// <summary>The follower has everything that the request vouches for.</summary>
    public static AppendEntriesReplyMessage Accept(AppendEntriesMessage request, long? lastIndex = null) => new()
    {
        From = request.To,
        To = request.From,
        ClusterId = ClusterId,
        Term = request.Term,
        Correlation = request.Correlation,
        Success = true,
        PrevLogIndex = request.PrevLogIndex,
        LastIndex = lastIndex ?? request.LastIndex,
    };

    /// <summary>The follower's log does not agree with the request; it names where it could.</summary>
    public static AppendEntriesReplyMessage Reject(AppendEntriesMessage request, long lastIndex, long conflictIndex, long conflictTerm) =>
        Accept(request) with { Success = false, LastIndex = lastIndex, ConflictIndex = conflictIndex, ConflictTerm = conflictTerm };
}
