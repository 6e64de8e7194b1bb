namespace Raft;

/// <summary>
/// A proposal entered the log, but this node cannot know whether it is applied: leadership was lost, or the node stopped.
/// Proposing it again without a check may apply it twice.
/// </summary>
public sealed class OutcomeUnknownException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public OutcomeUnknownException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public OutcomeUnknownException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with the position of the proposal in the log.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="index">The index of the proposal.</param>
    /// <param name="term">The term in which it was appended.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    public OutcomeUnknownException(string message, long index, long term, Exception? innerException = null)
        : base(message, innerException)
    {
        Index = index;
        Term = term;
    }

    /// <summary>
    /// The index of the proposal. It takes effect if, and only if, the entry that is committed at this index has
    /// <see cref="Term"/>.
    /// </summary>
    public long Index { get; }

    /// <summary>The term in which it was appended.</summary>
    public long Term { get; }
}
