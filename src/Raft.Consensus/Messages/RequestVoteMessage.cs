namespace Raft;

/// <summary>A candidate asks for a vote: RequestVote of Figure 2, or its pre-vote form (dissertation, section 9.6).</summary>
public sealed record RequestVoteMessage : RaftMessage
{
    /// <summary>Index of the candidate's last log entry; 0 if its log is empty.</summary>
    public required long LastLogIndex { get; init; }

    /// <summary>Term of the candidate's last log entry; 0 if its log is empty.</summary>
    public required long LastLogTerm { get; init; }

    /// <summary>Whether this only asks if a vote would be granted. A pre-vote changes no term and no vote.</summary>
    public bool IsPreVote { get; init; }
}

/// <summary>The answer to a <see cref="RequestVoteMessage"/>.</summary>
public sealed record RequestVoteReplyMessage : RaftMessage
{
    /// <summary>
    /// True if the candidate has the vote or, for a pre-vote, would have it. The grant of a pre-vote carries the term asked for.
    /// </summary>
    public required bool VoteGranted { get; init; }

    /// <summary>Whether it answers a pre-vote.</summary>
    public bool IsPreVote { get; init; }
}
