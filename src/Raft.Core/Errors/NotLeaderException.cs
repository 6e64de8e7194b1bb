namespace Raft;

/// <summary>This node does not lead, so it takes no proposals. Propose to <see cref="Leader"/>, or wait for a leader with <see cref="RaftNode.WaitForLeaderAsync"/>.</summary>
public sealed class NotLeaderException : ProposalRefusedException
{
    /// <summary>Makes one with a default message.</summary>
    public NotLeaderException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public NotLeaderException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NotLeaderException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one that names the leader.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="leader">The leader, if it is known.</param>
    public NotLeaderException(string message, RaftMember? leader)
        : base(message) => Leader = leader;

    /// <summary>The leader as far as this node knows; null if there is none at the moment.</summary>
    public RaftMember? Leader { get; }
}
