namespace Raft;

/// <summary>
/// The TCP transport of a node cannot start: it has no address, the address is in use, plaintext is not allowed, or a certificate cannot
/// be read. The message says what to do.
/// </summary>
public sealed class TcpTransportException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public TcpTransportException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public TcpTransportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TcpTransportException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
