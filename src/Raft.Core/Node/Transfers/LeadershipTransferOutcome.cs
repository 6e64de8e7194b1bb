namespace Raft;

/// <summary>How a leadership transfer ended. None of these outcomes loses a proposal.</summary>
public enum LeadershipTransferOutcome
{
    /// <summary>The target leads.</summary>
    Transferred,

    /// <summary>
    /// This node does not lead. Ask the leader, which <see cref="LeadershipTransferResult.Leader"/> names if it is known.
    /// </summary>
    NotLeader,

    /// <summary>A transfer is under way already.</summary>
    AlreadyUnderWay,

    /// <summary>
    /// No target was named, and no other voter has sent a message within two heartbeats and is not about to stop.
    /// </summary>
    NoTarget,

    /// <summary>The target is this node, which leads already.</summary>
    TargetIsLeader,

    /// <summary>The target is not a member of the cluster.</summary>
    TargetUnknown,

    /// <summary>The target receives the log without a vote.</summary>
    TargetNotVoter,

    /// <summary>
    /// The target is about to stop, is still joining the cluster, has no vote any more, was not up to date, or has given up a leadership
    /// because it hangs. This node continues to lead.
    /// </summary>
    TargetRefused,

    /// <summary>The target did not catch up in time, or did not take over in time. This node continues to lead.</summary>
    TimedOut,

    /// <summary>
    /// This node lost its leadership, and the target did not win it. Another node leads, as <see cref="LeadershipTransferResult.Leader"/>
    /// says if it is known.
    /// </summary>
    LeadershipLost,
}

/// <summary>How a leadership transfer ended.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Target">The node that was to lead, as named or chosen; null if there was none.</param>
/// <param name="Leader">The leader now, as far as this node knows.</param>
public readonly record struct LeadershipTransferResult(LeadershipTransferOutcome Outcome, NodeId? Target, NodeId? Leader)
{
    /// <summary>Whether the target leads.</summary>
    public bool IsTransferred => Outcome == LeadershipTransferOutcome.Transferred;
}
