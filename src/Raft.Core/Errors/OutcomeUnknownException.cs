namespace Raft;

/// <summary>A proposal had entered the log when its fate went out of sight: leadership was lost, or the node stopped. It may be applied or not, so proposing it again blindly may apply it twice.</summary>
public sealed class OutcomeUnknownException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public OutcomeUnknownException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public OutcomeUnknownException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one that says where the proposal stood.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="index">The index that it had received.</param>
    /// <param name="term">The term in which it was appended.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public OutcomeUnknownException(string message, long index, long term, Exception? innerException = null)
        : base(message, innerException)
    {
        Index = index;
        Term = term;
    }

    /// <summary>The index that the proposal had received. It took effect exactly if the entry that commits there has <see cref="Term"/>.</summary>
    public long Index { get; }

    /// <summary>The term in which it was appended.</summary>
    public long Term { get; }
}
