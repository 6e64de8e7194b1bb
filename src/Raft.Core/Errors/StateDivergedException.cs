namespace Raft;

/// <summary>
/// The state of this node differs from that of a majority, although both have applied the same entries. The node has stopped, so that
/// nobody reads a wrong state. It is the inner exception of a <see cref="NodeFailedException"/>.
/// </summary>
public sealed class StateDivergedException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public StateDivergedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public StateDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StateDivergedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with the difference.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="divergence">Between which indexes the states began to differ, and which nodes have which state.</param>
    public StateDivergedException(string message, StateDivergence divergence)
        : base(message) => Divergence = divergence;

    /// <summary>Between which indexes the states began to differ, and which nodes have which state; null if it was not given.</summary>
    public StateDivergence? Divergence { get; }
}
