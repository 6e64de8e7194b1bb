using System.Globalization;

namespace Raft;

/// <summary>The kinds of work that occupy the state machine or the disk of a node.</summary>
internal enum WorkKind
{
    Apply,
    Read,
    Capture,
    Restore,
    LogWrite,
    LogRead,
    LogCompaction,
    SnapshotWrite,
    SnapshotCommit,
    ChunkWrite,
    ChunkRead,
    Abandonment,
    LogOpening,
    SnapshotSearch,
    SnapshotOpening,
    TransportStart,
    DigestHash,
}

/// <summary>A piece of work that occupies the state machine or the disk of a node, as values: its text is made only if it hangs.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="FirstIndex">The first entry that it concerns.</param>
/// <param name="LastIndex">The last entry that it concerns, or that a snapshot covers.</param>
/// <param name="Other">The node that a chunk comes from or goes to.</param>
/// <param name="Bytes">The bytes of a snapshot that is committed.</param>
internal readonly record struct Work(
    WorkKind Kind, long FirstIndex = 0, long LastIndex = 0, NodeId Other = default, long Bytes = 0)
{
    public HangingResource Resource => Kind switch
    {
        WorkKind.Apply or WorkKind.Read or WorkKind.Capture or WorkKind.Restore => HangingResource.StateMachine,
        WorkKind.LogWrite or WorkKind.LogRead or WorkKind.LogCompaction or WorkKind.LogOpening => HangingResource.LogStore,
        WorkKind.TransportStart => HangingResource.Transport,
        WorkKind.DigestHash => HangingResource.Digest,
        _ => HangingResource.SnapshotStore,
    };

    /// <summary>What the resource "has been" doing.</summary>
    public override string ToString() => Kind switch
    {
        WorkKind.Apply when FirstIndex == LastIndex => Text($"applying the entry {LastIndex}"),
        WorkKind.Apply => Text($"applying the entries {FirstIndex} to {LastIndex}"),
        WorkKind.Read => "answering a read",
        WorkKind.Capture => "capturing its state for a snapshot",
        WorkKind.Restore => Text($"restoring its state from the snapshot up to entry {LastIndex}"),
        WorkKind.LogWrite => "writing to the log",
        WorkKind.LogRead => Text($"reading the log from entry {FirstIndex} on"),
        WorkKind.LogCompaction => Text($"dropping the log up to entry {LastIndex}"),
        WorkKind.SnapshotWrite => Text($"writing the snapshot up to entry {LastIndex}"),
        WorkKind.SnapshotCommit => Text($"committing the {Bytes} bytes of the snapshot up to entry {LastIndex}"),
        WorkKind.ChunkWrite => Text($"storing a part of the snapshot up to entry {LastIndex} from {Other}"),
        WorkKind.ChunkRead => $"reading a part of its snapshot for {Other}",
        WorkKind.Abandonment => "disposing what it had received of a snapshot",
        WorkKind.LogOpening => "opening the log",
        WorkKind.SnapshotSearch => "looking for the latest snapshot",
        WorkKind.SnapshotOpening => Text($"opening the snapshot up to entry {LastIndex}"),
        WorkKind.DigestHash => Text($"writing its state after entry {LastIndex} for a digest"),
        _ => "starting",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
