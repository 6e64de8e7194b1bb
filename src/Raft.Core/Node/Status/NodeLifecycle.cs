namespace Raft;

/// <summary>Where a node is between its construction and its end. What it is in the cluster is its <see cref="RaftRole"/>.</summary>
public enum NodeLifecycle
{
    /// <summary>
    /// <see cref="RaftNode.RunAsync"/> was not called yet. The node answers RequestVote and AppendEntries, but never campaigns.
    /// </summary>
    Idle,

    /// <summary>It opens its stores and starts its transport.</summary>
    Starting,

    /// <summary>It takes part in the cluster.</summary>
    Running,

    /// <summary>It was asked to stop: it takes no more proposals or reads, and completes what is under way.</summary>
    Stopping,

    /// <summary>It has stopped in good order, and may run again.</summary>
    Stopped,

    /// <summary>It has failed: <see cref="RaftStatus.Failure"/> says why.</summary>
    Failed,
}
