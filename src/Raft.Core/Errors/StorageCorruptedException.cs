namespace Raft;

/// <summary>
/// The stored data is not what this node wrote: it belongs to another node or cluster, or durable data is missing or damaged.
/// Restore it from a copy. Without a copy, empty the node's stores and start it while all other nodes run: the leader sends it
/// everything.
/// </summary>
public sealed class StorageCorruptedException : RaftException
{
    /// <summary>Creates an exception with a default message.</summary>
    public StorageCorruptedException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public StorageCorruptedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageCorruptedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
