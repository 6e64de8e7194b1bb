namespace Raft.Consensus;

/// <summary>
/// Identifies a snapshot. Two nodes may take snapshots of the same entries whose bytes differ, so the last entry does not identify it.
/// </summary>
/// <param name="LastIncludedIndex">The last entry that the snapshot covers (section 7).</param>
/// <param name="LastIncludedTerm">That entry's term.</param>
/// <param name="Checksum">A checksum over the whole snapshot.</param>
public readonly record struct SnapshotIdentity(long LastIncludedIndex, long LastIncludedTerm, UInt128 Checksum);
