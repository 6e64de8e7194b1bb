namespace Raft.Chaos;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A process is killed (<c>kill -9</c>), and started again at the end.</summary>
    Kill,

    /// <summary>All processes are killed at the same time.</summary>
    KillAll,

    /// <summary>A process is stopped (<c>SIGSTOP</c>), and continues at the end.</summary>
    Pause,

    /// <summary>A process stops in good order, which hands over its leadership, and is started again.</summary>
    Restart,

    /// <summary>All processes are restarted, one after the other.</summary>
    RollingRestart,

    /// <summary>A node is cut off from all others.</summary>
    Isolate,

    /// <summary>As many nodes as the cluster can do without are cut off together.</summary>
    Minority,

    /// <summary>Nothing that a node sends arrives.</summary>
    Mute,

    /// <summary>Nothing arrives at a node.</summary>
    Deaf,

    /// <summary>Two halves reach each other only through one node.</summary>
    Bridge,

    /// <summary>A node is cut off and connected again, several times.</summary>
    Flapping,

    /// <summary>All bytes arrive later.</summary>
    Delay,

    /// <summary>All links of a node are slow.</summary>
    Throttle,

    /// <summary>All connections of a node are reset in the middle of a frame, several times.</summary>
    Reset,

    /// <summary>The disk of a node is full.</summary>
    FullDisk,

    /// <summary>The disk of a node does not answer. In half of the cases its process is killed before the disk does again.</summary>
    HungDisk,

    /// <summary>The disks of all nodes but one do not answer, and all processes are killed before they do again.</summary>
    HungDisks,

    /// <summary>The volume of a node comes back empty.</summary>
    LostVolume,
}

/// <summary>Which node a fault strikes.</summary>
internal enum FaultTarget
{
    /// <summary>The node that acknowledged the last command.</summary>
    Leader,

    /// <summary>Another node.</summary>
    Follower,
}
