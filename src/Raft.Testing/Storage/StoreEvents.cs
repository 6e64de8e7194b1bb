namespace Raft.Testing;

/// <summary>What the observed stores of a node report, in all of its lives, and what they ask.</summary>
internal sealed class StoreEvents
{
    /// <summary>Gives the hash of the log that a snapshot up to an index includes; 0 if it is not known.</summary>
    public Func<long, ulong> HashOfSnapshot { get; set; } = static _ => 0;

    /// <summary>Sees every write before it takes effect.</summary>
    public Action<LogWrite>? Writing { get; set; }

    /// <summary>Sees every compaction before it takes effect: the last index to drop.</summary>
    public Action<long>? Compacting { get; set; }

    /// <summary>Sees every snapshot that has become durable, with its content.</summary>
    public Action<SnapshotInfo, ReadOnlyMemory<byte>>? SnapshotCommitted { get; set; }

    /// <summary>Receives the description of what a store has lost or changed.</summary>
    public Action<string>? Lost { get; set; }
}
