using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A node with snapshots, and stores to begin another life from.</summary>
internal sealed class SnapshotLab
{
    public Lab Lab { get; } = new();

    public SimulatedLogStore Log { get; private set; }

    public SimulatedSnapshotStore Snapshots { get; private set; }

    public SnapshotLab()
    {
        Log = Lab.World.CreateLogStore();
        Snapshots = Lab.World.CreateSnapshotStore();
    }

    /// <summary>A node over the stores as they are now, that keeps no entries before a snapshot unless its options say otherwise.</summary>
    public LabNode Node(IStateMachine? machine = null, Action<RaftNodeOptions>? configure = null) => Lab.Node(
        configure: options =>
        {
            options.TrailingEntries = 0;
            configure?.Invoke(options);
        },
        machine: machine,
        store: Log,
        snapshots: Snapshots);

    public SnapshotInfo? Take(LabNode node) => Lab.World.Run(node.Raft.SnapshotAsync().AsTask());

    /// <summary>The stores lose what is not durable.</summary>
    public void Crash(bool commitSurvives = false)
    {
        Log = Log.Crash();
        Snapshots = Snapshots.Crash(commitSurvives);
    }
}
