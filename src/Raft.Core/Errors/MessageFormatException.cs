namespace Raft;

/// <summary>Bytes are no message that this version understands: cut short, damaged, of a newer version, or of something else altogether. Drop them; Raft copes with lost messages.</summary>
public sealed class MessageFormatException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public MessageFormatException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, and where.</param>
    public MessageFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="innerException">The cause.</param>
    public MessageFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one that says where.</summary>
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="offset">The first byte of what is wrong, counted from 0.</param>
    public MessageFormatException(string message, int offset)
        : base(message) => Offset = offset;

    /// <summary>The first byte of what is wrong, counted from 0; -1 if unknown.</summary>
    public int Offset { get; } = -1;
}
