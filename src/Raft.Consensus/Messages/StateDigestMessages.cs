namespace Raft;

/// <summary>The digest of a node's state after the entry at an index.</summary>
/// <param name="Index">The index.</param>
/// <param name="Digest">The digest.</param>
public readonly record struct IndexedDigest(long Index, ulong Digest);

/// <summary>
/// Reports digests of the sender's state to the leader of the sender's term, which compares them with those of the other members. It is
/// repeated until it is answered. It changes nothing at either node, not even a term.
/// </summary>
/// <remarks>
/// Its correlation number is that of the sender's run, and the answer repeats it: a node that has started again must not take an
/// answer about the state of its earlier run.
/// </remarks>
public sealed record StateDigestMessage : RaftMessage
{
    /// <summary>The largest number of <see cref="Digests"/>.</summary>
    internal const int MostDigests = 16;

    /// <summary>The last index at which the sender knows that its state was that of a majority; 0 if it knows none.</summary>
    public long AgreedIndex { get; init; }

    /// <summary>The digests, in ascending order of their indexes. At most 16.</summary>
    public IReadOnlyList<IndexedDigest> Digests { get; init; } = [];
}

/// <summary>
/// The leader's answer to a <see cref="StateDigestMessage"/>, once the digests in it were compared. It changes nothing at either node, not
/// even a term.
/// </summary>
public sealed record StateDigestReplyMessage : RaftMessage
{
    /// <summary>The largest number of <see cref="StateDivergence.Sides"/>.</summary>
    internal const int MostSides = 64;

    /// <summary>The receiver need not repeat its digests up to this index.</summary>
    public long ReceivedIndex { get; init; }

    /// <summary>The last index at which the receiver's state was that of a majority; 0 if the leader knows none.</summary>
    public long AgreedIndex { get; init; }

    /// <summary>The difference that concerns the receiver; null if there is none.</summary>
    public StateDivergence? Divergence { get; init; }
}
