namespace Raft.Benchmarks.Server;

/// <summary>What a client asks for.</summary>
internal enum Operation
{
    /// <summary>A write, acknowledged when it is durable on a majority.</summary>
    Put,

    /// <summary>A read of one node's state, which may be stale.</summary>
    LocalGet,

    /// <summary>A read that sees every write that was acknowledged before.</summary>
    ConsistentGet,
}
