namespace Raft;

/// <summary>
/// The maximum number of proposals, reads or calls that the options allow are waiting. Slow down and try again, or raise the
/// limit that the message names.
/// </summary>
public sealed class OverloadedException : ProposalRefusedException
{
    /// <summary>Creates an exception with a default message.</summary>
    public OverloadedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public OverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
