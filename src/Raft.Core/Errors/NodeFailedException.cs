namespace Raft;

/// <summary>The node has stopped because it must not go on: a write failed, the state machine threw, or an invariant does not hold. The message and the inner exception say which.</summary>
public sealed class NodeFailedException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public NodeFailedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public NodeFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NodeFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
