using System.Numerics;
using Raft.Consensus;

namespace Raft;

/// <summary>The part of a node's status that its worker publishes after each pass.</summary>
internal readonly record struct PublishedStatus
{
    public NodeLifecycle Lifecycle { get; init; }

    public RaftRole Role { get; init; }

    public long Term { get; init; }

    public NodeId? VotedFor { get; init; }

    public NodeId? Leader { get; init; }

    public long FirstIndex { get; init; }

    public long LastIndex { get; init; }

    public long CommitIndex { get; init; }

    public long SnapshotIndex { get; init; }

    /// <summary>The voters that can be reached: bit <c>i</c> is set for the member at position <c>i</c>.</summary>
    public ulong ReachableBits { get; init; }

    public bool ApplyHangs { get; init; }

    public bool DiskHangs { get; init; }

    public Exception? Failure { get; init; }

    /// <summary>How many voters can be reached.</summary>
    public int ReachableVoters => BitOperations.PopCount(ReachableBits);

    /// <summary>Whether the node takes part in the cluster, be it for the last time.</summary>
    public bool IsRunning => Lifecycle is NodeLifecycle.Running or NodeLifecycle.Stopping;

    /// <summary>Whether the node has stopped or failed.</summary>
    public bool HasEnded => Lifecycle is NodeLifecycle.Stopped or NodeLifecycle.Failed;

    /// <summary>What the module knows.</summary>
    public static PublishedStatus Of(ConsensusModule module, NodeLifecycle lifecycle) => new()
    {
        Lifecycle = lifecycle,
        Role = module.Role,
        Term = module.Term,
        VotedFor = module.VotedFor,
        Leader = module.Leader,
        FirstIndex = module.FirstIndex,
        LastIndex = module.LastIndex,
        CommitIndex = module.CommitIndex,
        ReachableBits = module.ReachableVoterBits,
    };
}
