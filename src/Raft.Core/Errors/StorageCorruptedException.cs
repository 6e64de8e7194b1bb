namespace Raft;

/// <summary>What is stored cannot be what this node wrote: it belongs to another node or cluster, or durable data is missing or damaged. Restore it from a copy. Without one, empty the node's stores and start it again while all others run: its leader sends it everything.</summary>
public sealed class StorageCorruptedException : RaftException
{
    /// <summary>Makes one with a default message.</summary>
    public StorageCorruptedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public StorageCorruptedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageCorruptedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
