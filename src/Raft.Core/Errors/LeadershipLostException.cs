namespace Raft;

/// <summary>
/// A proposal through a <see cref="Leadership"/> came after its term: the node no longer leads it. The command did not enter the log.
/// Proposing it again through the same object fails in the same way: end the work of this term.
/// </summary>
public sealed class LeadershipLostException : ProposalRefusedException
{
    /// <summary>Creates an exception with a default message.</summary>
    public LeadershipLostException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public LeadershipLostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public LeadershipLostException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception that names the term.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="term">The term that is over.</param>
    public LeadershipLostException(string message, long term)
        : base(message) => Term = term;

    /// <summary>The term that is over.</summary>
    public long Term { get; }
}
