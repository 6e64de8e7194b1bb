namespace Raft;

/// <summary>
/// A leader sends a part of its snapshot to a follower that needs entries that the leader's log no longer contains: InstallSnapshot of
/// Figure 13 (section 7).
/// </summary>
public sealed record InstallSnapshotMessage : RaftMessage
{
    /// <summary>The last entry that the snapshot covers.</summary>
    public required long LastIncludedIndex { get; init; }

    /// <summary>The term of that entry.</summary>
    public required long LastIncludedTerm { get; init; }

    /// <summary>
    /// A checksum over the whole snapshot. It is part of the snapshot's identity: two of the same index and term may have different
    /// bytes.
    /// </summary>
    public required UInt128 Checksum { get; init; }

    /// <summary>The leader's commit index.</summary>
    public long LeaderCommit { get; init; }

    /// <summary>The number of bytes of the whole snapshot.</summary>
    public required long Length { get; init; }

    /// <summary>Where <see cref="Data"/> starts in the snapshot.</summary>
    public required long Offset { get; init; }

    /// <summary>What the node keeps in addition to the state; empty unless <see cref="Offset"/> is 0.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The part; never empty.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether it is the last part.</summary>
    public bool IsLast => Offset + Data.Length == Length;
}

/// <summary>The answer to an <see cref="InstallSnapshotMessage"/>.</summary>
public sealed record InstallSnapshotReplyMessage : RaftMessage
{
    /// <summary>Copied from the request.</summary>
    public required long LastIncludedIndex { get; init; }

    /// <summary>Copied from the request.</summary>
    public required long LastIncludedTerm { get; init; }

    /// <summary>Copied from the request.</summary>
    public required UInt128 Checksum { get; init; }

    /// <summary>
    /// The byte that the follower needs next: the one after what it has stored, or 0 if the snapshot has to be sent from the start.
    /// </summary>
    public required long NextOffset { get; init; }

    /// <summary>Whether everything that the snapshot covers is durable on the follower: as the snapshot, or in its log.</summary>
    public bool IsInstalled => Reason == SnapshotReplyReason.Installed;

    /// <summary>What the follower did with the part.</summary>
    public SnapshotReplyReason Reason { get; init; }
}
