namespace Raft.Testing;

/// <summary>A copy of what the stores of a node hold.</summary>
/// <param name="Copy">The copy that <see cref="SimulatedStorage.Copy"/> made.</param>
/// <param name="Log">What its log may be.</param>
/// <param name="SnapshotIndex">The index of the latest snapshot; 0 if there is none.</param>
internal sealed record StorageBackup(object Copy, LogRecord Log, long SnapshotIndex);
