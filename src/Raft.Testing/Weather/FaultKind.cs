namespace Raft.Testing;

/// <summary>What can go wrong in a simulated cluster.</summary>
public enum FaultKind
{
    /// <summary>A node is cut off from all others.</summary>
    Isolation,

    /// <summary>A link is cut in one direction.</summary>
    OneWayCut,

    /// <summary>The nodes are partitioned into two groups that cannot communicate.</summary>
    Partition,

    /// <summary>Messages accumulate on a link, and all arrive at once at the end.</summary>
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

    /// <summary>A node stops gracefully, and starts again later.</summary>
    Stop,

    /// <summary>A node's process is paused while time continues.</summary>
    Pause,

    /// <summary>A node's state machine is slow.</summary>
    SlowApply,

    /// <summary>A node's disk hangs.</summary>
    HungDisk,

    /// <summary>A node's disk is slow.</summary>
    SlowDisk,

    /// <summary>A write to a node's disk fails, which stops the node; it starts again later.</summary>
    FailedWrite,

    /// <summary>A node's clock runs fast or slow.</summary>
    ClockDrift,

    /// <summary>A node takes a snapshot at an unfavorable moment. This is not a fault by itself.</summary>
    Snapshot,

    /// <summary>
    /// A call of a node's snapshot store fails, or its state machine throws when its state is captured; then it takes a snapshot.
    /// </summary>
    FailedSnapshot,

    /// <summary>A node's snapshot store hangs.</summary>
    HungSnapshots,

    /// <summary>The leader is asked to hand over its leadership. This is not a fault by itself.</summary>
    Transfer,

    /// <summary>Nodes of another cluster of the same name, set up with other members, send messages to nodes of this one.</summary>
    Strangers,

    /// <summary>
    /// A node loses its stores and restarts, with <see cref="FirstStart.Join"/> or first with <see cref="FirstStart.Refuse"/>. It
    /// begins when nothing else is wrong, and no other fault begins until the node has caught up.
    /// </summary>
    LostStore,

    /// <summary>
    /// A node restarts with an older state of its log store, as after a wrong restore of a backup, which the leader must report. It
    /// begins when nothing else is wrong, and no other fault begins until the node has caught up.
    /// </summary>
    RolledBackStore,

    /// <summary>
    /// One or two more nodes run that were set up with the cluster's id and other members, some of them nodes of the cluster, to which
    /// they send.
    /// </summary>
    StrangerNodes,

    /// <summary>
    /// A member starts for the first time with <see cref="FirstStart.Join"/>, when the others have bootstrapped. Only at the start of a
    /// run, and in a cluster of three or more; no other fault begins until it has caught up.
    /// </summary>
    FirstJoin,

    /// <summary>
    /// A node stops, a bit of what its stores hold is inverted, and the node restarts. If the stores refuse, they are replaced by blank
    /// ones, and the node joins. Only for a <see cref="SimulatedStorage.CanFlipBits">storage that can</see>. It begins when nothing else is
    /// wrong, and no other fault begins until the node has caught up.
    /// </summary>
    FlippedBit,

    /// <summary>A node's state machine hangs in the next batch or restoration.</summary>
    HungApply,

    /// <summary>A read of a node's state machine hangs.</summary>
    HungRead,

    /// <summary>The capture of a node's state hangs.</summary>
    HungCapture,

    /// <summary>A node's wall clock is set wrong by up to a day, forward or backward; never for half of the nodes at a time.</summary>
    WrongClock,

    /// <summary>
    /// All processes are paused together, and resumed together. It begins when nothing else is wrong, and no other fault begins until it is
    /// over.
    /// </summary>
    PauseOfAll,

    /// <summary>A node restarts with other options than the rest: timeouts, limits, pre-vote or check-quorum.</summary>
    OtherOptions,
}
