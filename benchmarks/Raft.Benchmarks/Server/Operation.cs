namespace Raft.Benchmarks.Server;

/// <summary>What a client asks for.</summary>
internal enum Operation
{
    /// <summary>A write, acknowledged when it is durable on a majority.</summary>
    Put,

    /// <summary>A read of one node's state, which may be stale.</summary>
    LocalGet,

    /// <summary>A linearizable read on the leader.</summary>
    LinearizableGet,

    /// <summary>A linearizable read on a follower.</summary>
    FollowerGet,
}
