namespace Raft;

/// <summary>
/// The state machine refuses a command. This answer is deterministic: it is the same on every node, and leaves the state
/// unchanged. If <c>Apply</c> throws it, the proposer receives it and the node continues. Any other exception from <c>Apply</c>
/// stops the node.
/// </summary>
public sealed class CommandRejectedException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public CommandRejectedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public CommandRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CommandRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
