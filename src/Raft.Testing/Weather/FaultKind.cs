namespace Raft.Testing;

/// <summary>What can go wrong in a simulated cluster.</summary>
public enum FaultKind
{
    /// <summary>A node is cut off from all others.</summary>
    Isolation,

    /// <summary>A link is cut in one direction.</summary>
    OneWayCut,

    /// <summary>The nodes fall into two groups that do not hear each other.</summary>
    Partition,

    /// <summary>Messages pile up on a link, and arrive all at once in the end.</summary>
    Clog,

    /// <summary>Messages are lost at random.</summary>
    Loss,

    /// <summary>Messages arrive twice.</summary>
    Duplication,

    /// <summary>Messages overtake each other.</summary>
    Reordering,

    /// <summary>Messages are slow.</summary>
    Delay,

    /// <summary>A node crashes, loses what was not durable, and starts again later.</summary>
    Crash,

    /// <summary>A node stops in good order, and starts again later.</summary>
    Stop,

    /// <summary>A node's process is paused while time goes by.</summary>
    Pause,

    /// <summary>A node's state machine takes its time.</summary>
    SlowApply,

    /// <summary>A node's disk hangs.</summary>
    HungDisk,

    /// <summary>A node's disk is slow.</summary>
    SlowDisk,

    /// <summary>A write to a node's disk fails, which stops the node; it starts again later.</summary>
    FailedWrite,

    /// <summary>A node's clock runs fast or slow.</summary>
    ClockDrift,

    /// <summary>A node takes a snapshot: no fault, but at the worst of moments.</summary>
    Snapshot,

    /// <summary>
    /// A call of a node's snapshot store fails, or its state machine throws when its state is captured; then it takes a snapshot.
    /// </summary>
    FailedSnapshot,

    /// <summary>A node's snapshot store hangs.</summary>
    HungSnapshots,
}
