namespace Raft;

/// <summary>
/// A node asks the leader for an index that includes everything committed before the request, in order to answer reads from its own state
/// (dissertation, section 6.4).
/// </summary>
public sealed record ReadIndexRequestMessage : RaftMessage
{
    /// <summary>
    /// The sender's monotonic time of the request. A reply copies it, so that it cannot be mistaken for one to a request of an earlier run
    /// of the sender that had the same number. It has no meaning for any other node.
    /// </summary>
    public required long Moment { get; init; }
}

/// <summary>The answer to a <see cref="ReadIndexRequestMessage"/>. A leader that is deposed does not send it.</summary>
public sealed record ReadIndexReplyMessage : RaftMessage
{
    /// <summary>Copied from the request.</summary>
    public required long Moment { get; init; }

    /// <summary>Everything that was committed before the request is at or below this index.</summary>
    public required long ReadIndex { get; init; }
}
