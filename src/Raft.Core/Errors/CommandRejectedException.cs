namespace Raft;

/// <summary>The state machine refuses a command: a deterministic answer, the same on every node, that left its state unchanged. Thrown by <c>Apply</c>, it reaches the proposer, and the node lives on. Any other exception out of <c>Apply</c> stops the node.</summary>
public sealed class CommandRejectedException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public CommandRejectedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public CommandRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CommandRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
