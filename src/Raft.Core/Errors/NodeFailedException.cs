namespace Raft;

/// <summary>
/// The node has stopped because it must not continue: a write failed, the state machine threw an exception, or an invariant
/// does not hold. The message and the inner exception say which.
/// </summary>
public sealed class NodeFailedException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public NodeFailedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public NodeFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NodeFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
