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

    /// <summary>The follower's snapshot store failed. The follower needs the snapshot again from the start.</summary>
    StoreFailed = 4,

    /// <summary>The checksum over the whole snapshot was wrong. The follower needs it again from the start.</summary>
    ChecksumWrong = 5,

    /// <summary>The follower has no snapshot store, so it cannot receive a snapshot.</summary>
    NoStore = 6,

    /// <summary>The snapshot is of another cluster than the follower, or its header cannot be read.</summary>
    Unacceptable = 7,
}
