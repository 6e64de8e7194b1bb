namespace Raft.Consensus;

/// <summary>Which snapshot it is. Two nodes may take a snapshot of the same entries whose bytes differ, so where the entries end does not suffice.</summary>
/// <param name="LastIncludedIndex">The last entry that it stands for (section 7).</param>
/// <param name="LastIncludedTerm">That entry's term.</param>
/// <param name="Checksum">A checksum over all of it.</param>
public readonly record struct SnapshotIdentity(long LastIncludedIndex, long LastIncludedTerm, UInt128 Checksum);
