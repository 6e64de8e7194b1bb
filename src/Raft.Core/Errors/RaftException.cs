namespace Raft;

/// <summary>The base of all errors that this library raises on purpose.</summary>
public class RaftException : Exception
{
    /// <summary>Makes one with a default message.</summary>
    public RaftException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public RaftException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public RaftException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
