namespace Raft;

/// <summary>As many proposals, reads or calls are waiting as the options allow. Slow down and try again, or raise the limit that the message names.</summary>
public sealed class OverloadedException : ProposalRefusedException
{
    /// <summary>Makes one with a default message.</summary>
    public OverloadedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public OverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
