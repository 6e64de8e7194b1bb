using Raft.Consensus;

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

    /// <summary>
    /// Whether the leader has asked the candidate to campaign (dissertation, section 3.10): then voters do not refuse because that
    /// leader is alive.
    /// </summary>
    public bool IsTransfer { get; init; }

    /// <summary>
    /// The ids of the candidate's first members, ordered, while its log is empty: if the receiver has others, both can report the
    /// difference. Empty otherwise.
    /// </summary>
    public IReadOnlyList<NodeId> FirstMembers { get; init; } = NodeSet.Empty;
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

    /// <summary>In a refusal, the leader that the voter follows; null if it knows none, or has granted.</summary>
    public NodeId? Leader { get; init; }
}
