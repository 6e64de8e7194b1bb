namespace Raft;

/// <content>Leadership transfer: dissertation, section 3.10.</content>
public sealed partial class RaftNode
{
    /// <summary>
    /// Hands over the leadership of this node to another voter. The target first catches up, while proposals are taken as usual; then
    /// proposals pause, for at most <see cref="RaftNodeOptions.MinimumElectionTimeout"/>, until the target has everything and every caller
    /// of this node is answered. So a transfer loses no proposal and leaves no outcome unknown, unless this leader's log store or state
    /// machine hangs meanwhile.
    /// </summary>
    /// <param name="target">
    /// The voter that is to lead. Null: the one with the most complete log of those that sent a message within two heartbeats and are
    /// not about to stop.
    /// </param>
    /// <param name="cancellationToken">Stops waiting for the outcome. The transfer continues.</param>
    /// <returns>How it ended: a target that cannot lead, and a transfer that fails, are outcomes and not exceptions.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the transfer continues.</exception>
    /// <exception cref="NodeStoppedException">The node is not running, or stops meanwhile.</exception>
    /// <exception cref="OverloadedException">Too many calls wait already.</exception>
    public ValueTask<LeadershipTransferResult> TransferLeadershipAsync(NodeId? target = null, CancellationToken cancellationToken = default)
    {
        CompletionSource<LeadershipTransferResult> source = _sources.Transfers.Rent(cancellationToken);
        ValueTask<LeadershipTransferResult> result = source.Task;
        PendingCaller<LeadershipTransferResult> caller = source.Caller;
        RefuseUnlessPosted(caller, _lives.Current?.Parts.Transfers.Post(target, caller) ?? PostOutcome.Closed);
        return result;
    }

    /// <summary>Whether the node still holds a leadership: it takes proposals, and has not begun to hand over or to stop.</summary>
    internal bool Holds(Leadership leadership) => _lives.Running is not null && _leadership.IsCurrent(leadership);

    /// <summary>
    /// Begins work that must end before this node hands over its leadership, unless the leadership has ended. If it begins, the call is
    /// followed by one of <see cref="EndLeaderWork"/>.
    /// </summary>
    internal bool TryBeginLeaderWork(Leadership leadership) => _leadership.TryBegin(_work, leadership);

    /// <summary>Such work has ended.</summary>
    internal void EndLeaderWork() => _work.End();
}
