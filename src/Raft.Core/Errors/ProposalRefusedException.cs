namespace Raft;

/// <summary>
/// A proposal was refused before it entered the log. It certainly has no effect, and it is safe to propose it again. A retry
/// policy should handle this class and no other. Reads, and calls that wait, throw its subclasses too.
/// </summary>
public class ProposalRefusedException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public ProposalRefusedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ProposalRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ProposalRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
