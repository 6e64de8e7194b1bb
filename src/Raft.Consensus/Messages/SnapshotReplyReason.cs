namespace Raft;

/// <summary>What a follower did with a part of a snapshot. The values are part of the wire format and never change.</summary>
public enum SnapshotReplyReason : byte
{
    /// <summary>It was stored. The follower needs the next part.</summary>
    Stored = 0,

    /// <summary>Everything that the snapshot covers is durable on the follower: as the snapshot, or in its log.</summary>
    Installed = 1,

    /// <summary>The follower is in a later term, or follows another leader of this one.</summary>
    NotItsLeader = 2,

    /// <summary>It does not follow what the follower has. The follower needs another part.</summary>
    OutOfPlace = 3,

    /// <summary>
    /// The snapshot could not be stored, or its checksum was wrong. The follower needs it again from the start.
    /// </summary>
    NotStored = 4,
}
