namespace Raft;

/// <summary>
/// A command exceeds <see cref="RaftNodeOptions.MaximumCommandBytes"/>. Keep large data elsewhere and replicate a reference to
/// it, or raise the limit on every node.
/// </summary>
public sealed class CommandTooLargeException : ProposalRefusedException
{
    /// <summary>Creates an exception with a default message.</summary>
    public CommandTooLargeException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public CommandTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CommandTooLargeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
