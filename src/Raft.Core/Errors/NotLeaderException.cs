namespace Raft;

/// <summary>
/// This node is not the leader, so it accepts no proposals. Propose to <see cref="Leader"/>, or wait for a leader with
/// <see cref="RaftNode.WaitForLeaderAsync"/>.
/// </summary>
public sealed class NotLeaderException : ProposalRefusedException
{
    /// <summary>Creates an exception with a default message.</summary>
    public NotLeaderException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public NotLeaderException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NotLeaderException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception that names the leader.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="leader">The leader, if it is known.</param>
    public NotLeaderException(string message, RaftMember? leader)
        : base(message) => Leader = leader;

    /// <summary>The leader that this node knows; null if it knows none now.</summary>
    public RaftMember? Leader { get; }
}
