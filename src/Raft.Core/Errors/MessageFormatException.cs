namespace Raft;

/// <summary>
/// The bytes are not a message that this version understands: they are truncated, damaged, of a newer version, or not a Raft
/// message. Drop them; Raft tolerates lost messages.
/// </summary>
public sealed class MessageFormatException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public MessageFormatException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What is wrong, and where.</param>
    public MessageFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="innerException">The cause.</param>
    public MessageFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a position.</summary>
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="offset">The position of the first wrong byte, counted from 0.</param>
    public MessageFormatException(string message, int offset)
        : base(message) => Offset = offset;

    /// <summary>The position of the first wrong byte, counted from 0; -1 if unknown.</summary>
    public int Offset { get; } = -1;
}
