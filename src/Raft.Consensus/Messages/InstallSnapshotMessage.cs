namespace Raft;

/// <summary>
/// A leader sends a part of its snapshot to a follower whose next entry it no longer holds: InstallSnapshot of Figure 13.
/// The parts of one snapshot carry the same index, term and <see cref="Checksum"/>.
/// </summary>
/// <remarks>A message has at most as many bytes of data as the sender chooses for a part.</remarks>
public sealed record InstallSnapshotMessage : RaftMessage
{
    /// <summary>The snapshot replaces all entries up to and including this index.</summary>
    public required long LastIncludedIndex { get; init; }

    /// <summary>Term of the entry at <see cref="LastIncludedIndex"/>.</summary>
    public required long LastIncludedTerm { get; init; }

    /// <summary>Which snapshot it is: two nodes' snapshots of the same index and term need not have the same bytes, and their parts must not be mixed.</summary>
    public required UInt128 Checksum { get; init; }

    /// <summary>The number of bytes of the whole content.</summary>
    public required long Length { get; init; }

    /// <summary>Where in the content <see cref="Data"/> stands.</summary>
    public required long Offset { get; init; }

    /// <summary>What stands beside the content, the latest configuration for one; only with <see cref="Offset"/> 0, else empty.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The bytes of the content from <see cref="Offset"/> on.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether this is the last part: <c>done</c> of Figure 13.</summary>
    public bool IsLast => Offset + Data.Length == Length;
}

/// <summary>The answer to an <see cref="InstallSnapshotMessage"/>.</summary>
/// <remarks>The paper's has only the term. The rest lets a leader go on where a part was lost, and tells late answers from new ones.</remarks>
public sealed record InstallSnapshotReplyMessage : RaftMessage
{
    /// <summary>The request's <see cref="InstallSnapshotMessage.LastIncludedIndex"/>.</summary>
    public required long LastIncludedIndex { get; init; }

    /// <summary>The request's <see cref="InstallSnapshotMessage.LastIncludedTerm"/>.</summary>
    public required long LastIncludedTerm { get; init; }

    /// <summary>The request's <see cref="InstallSnapshotMessage.Checksum"/>.</summary>
    public required UInt128 Checksum { get; init; }

    /// <summary>The offset of the next byte that the follower wants: the leader goes on there.</summary>
    public required long NextOffset { get; init; }

    /// <summary>True if the follower holds everything up to <see cref="LastIncludedIndex"/> durably, be it from this snapshot or not.</summary>
    public bool IsInstalled { get; init; }
}
