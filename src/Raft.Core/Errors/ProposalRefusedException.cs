namespace Raft;

/// <summary>A proposal was refused before it could enter the log: it surely has no effect, and proposing it again is safe. The one class that a retry policy should handle.</summary>
public class ProposalRefusedException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public ProposalRefusedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ProposalRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ProposalRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
