namespace Raft;

/// <summary>The node is not running: it has stopped or failed. Its inner exception, if any, says why.</summary>
public sealed class NodeStoppedException : ProposalRefusedException
{
    /// <summary>Creates an exception with a default message.</summary>
    public NodeStoppedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public NodeStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NodeStoppedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
