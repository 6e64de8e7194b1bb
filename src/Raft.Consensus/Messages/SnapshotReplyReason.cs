namespace Raft;

/// <summary>What became of a part of a snapshot. The values are part of the wire format and never change.</summary>
public enum SnapshotReplyReason : byte
{
    /// <summary>It was stored; the next part is wanted.</summary>
    Stored = 0,

    /// <summary>Everything that the snapshot covers is durable on the follower: as the snapshot, or in its log.</summary>
    Installed = 1,

    /// <summary>The follower is in a later term, or follows another leader of this one.</summary>
    NotItsLeader = 2,

    /// <summary>It does not follow what the follower has: another part is wanted.</summary>
    OutOfPlace = 3,

    /// <summary>
    /// The snapshot could not be stored, or its checksum was wrong: it is wanted again from the start.
    /// </summary>
    NotStored = 4,
}
