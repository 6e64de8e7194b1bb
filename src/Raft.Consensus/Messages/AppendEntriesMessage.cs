namespace Raft;

/// <summary>A leader replicates entries, or sends a heartbeat without entries: AppendEntries of Figure 2.</summary>
public sealed record AppendEntriesMessage : RaftMessage
{
    /// <summary>Index of the entry directly before <see cref="Entries"/>; 0 for the start of the log.</summary>
    public required long PrevLogIndex { get; init; }

    /// <summary>Term of the entry at <see cref="PrevLogIndex"/>; 0 for the start of the log.</summary>
    public required long PrevLogTerm { get; init; }

    /// <summary>The entries from <see cref="PrevLogIndex"/> + 1 on; empty for a heartbeat.</summary>
    public required ReadOnlyMemory<LogEntry> Entries { get; init; }

    /// <summary>The leader's commit index.</summary>
    public required long LeaderCommit { get; init; }

    /// <summary>Index of the last entry that this message vouches for.</summary>
    public long LastIndex => PrevLogIndex + Entries.Length;
}

/// <summary>The answer to an <see cref="AppendEntriesMessage"/>.</summary>
public sealed record AppendEntriesReplyMessage : RaftMessage
{
    /// <summary>
    /// True if the follower had the entry at the request's previous index and term, and now has the request's entries.
    /// </summary>
    public required bool Success { get; init; }

    /// <summary>The previous index of the request that this answers; distinguishes a late rejection from a new one.</summary>
    public required long PrevLogIndex { get; init; }

    /// <summary>
    /// On success, the last index that the request vouched for and that is durable on the follower: for a request with entries
    /// always the last of them; for a heartbeat it is lower while the follower is still writing. On a rejection, the follower's own
    /// last index.
    /// </summary>
    public required long LastIndex { get; init; }

    /// <summary>
    /// On a rejection, the largest index at or below the request's previous one whose term is at most the previous term; else 0.
    /// </summary>
    public long ConflictIndex { get; init; }

    /// <summary>The term of the follower's entry at <see cref="ConflictIndex"/>.</summary>
    public long ConflictTerm { get; init; }

    /// <summary>The last entry that the follower's state machine has applied.</summary>
    public long AppliedIndex { get; init; }
}
