namespace Raft;

/// <summary>
/// A node asks the leader for an index that includes everything committed before the request, in order to answer reads from its own state
/// (dissertation, section 6.4).
/// </summary>
public sealed record ReadIndexRequestMessage : RaftMessage
{
    /// <summary>
    /// The sender's monotonic time of the request, in ticks of 100 ns. The receiver compares it only with other moments of the same
    /// sender. A reply copies it, like <see cref="RaftMessage.Correlation"/>. Each distinguishes the request from those of earlier runs of
    /// the sender: a run in a new process starts at another number, and in the same process the clock continues.
    /// </summary>
    public required long Moment { get; init; }
}

/// <summary>The answer to a <see cref="ReadIndexRequestMessage"/>. A leader that is deposed does not send it.</summary>
public sealed record ReadIndexReplyMessage : RaftMessage
{
    /// <summary>Copied from the request.</summary>
    public required long Moment { get; init; }

    /// <summary>Everything that was committed before the request is at or below this index; 1 or more.</summary>
    public required long ReadIndex { get; init; }
}
