namespace Raft;

/// <summary>The base class of the exceptions that this library defines.</summary>
public class RaftException : Exception
{
    /// <summary>Creates an exception with a default message.</summary>
    public RaftException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public RaftException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public RaftException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
