using Raft.Consensus;

namespace Raft;

/// <summary>The part of a node's status that its worker publishes after each pass.</summary>
internal readonly record struct PublishedStatus()
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

    /// <summary>The configuration in effect.</summary>
    public ClusterConfiguration Configuration { get; init; } = ClusterConfiguration.Empty;

    /// <summary>The members that can be reached.</summary>
    public NodeSet Reachable { get; init; } = NodeSet.Empty;

    /// <summary>Whether the node joins a cluster, and may not vote yet.</summary>
    public bool IsJoining { get; init; }

    /// <summary>The members that have lost what they had acknowledged as durable.</summary>
    public NodeSet LostData { get; init; } = NodeSet.Empty;

    /// <summary>What is wrong with the setup of the cluster.</summary>
    public SetupProblemList SetupProblems { get; init; } = SetupProblemList.None;

    /// <summary>The followers that lack entries and have got no further for long.</summary>
    public NodeSet FollowersWithoutProgress { get; init; } = NodeSet.Empty;

    /// <summary>The entry that the leader sends and this version cannot append; 0 if there is none.</summary>
    public long UnsupportedIndex { get; init; }

    /// <summary>The node that this leader hands over to; null if it does not.</summary>
    public NodeId? TransferTarget { get; init; }

    /// <summary>The highest entry that the node or its leader knows to be committed.</summary>
    public long KnownCommitIndex { get; init; }

    /// <summary>What is wrong with the node.</summary>
    public NodeConditions Conditions { get; init; } = NodeConditions.None;

    /// <summary>From which <see cref="RaftStatus.Lag"/> and <see cref="RaftStatus.HasCaughtUp"/> follow.</summary>
    public ProgressSamples Samples { get; init; }

    /// <summary>The states that differ; null if none are known to.</summary>
    public StateDivergence? Divergence { get; init; }

    /// <summary>The last index at which the node's state was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex { get; init; }

    public Exception? Failure { get; init; }

    /// <summary>How many voters can be reached.</summary>
    public int ReachableVoters
    {
        get
        {
            int count = 0;
            foreach (NodeId node in Reachable.Nodes)
            {
                count += Configuration.IsVoter(node) ? 1 : 0;
            }

            return count;
        }
    }

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
        KnownCommitIndex = module.KnownCommitIndex,
        Configuration = module.Configuration,
        Reachable = module.Reachable,
        IsJoining = module.Join is not null,
        UnsupportedIndex = module.Unsupported?.Index ?? 0,
    };
}
