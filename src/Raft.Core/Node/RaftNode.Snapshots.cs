namespace Raft;

/// <content>Snapshots on demand.</content>
public sealed partial class RaftNode
{
    /// <summary>
    /// Takes a snapshot of what this node has applied, now rather than when the log has grown by enough, and drops the log that it
    /// covers (section 7). A node takes its own snapshots: the other nodes are not affected.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting. The snapshot is still taken.</param>
    /// <returns>
    /// The latest snapshot, once it is durable: an earlier one if nothing was applied since. Null if nothing was applied yet.
    /// </returns>
    /// <exception cref="InvalidOperationException">The node has no snapshot store.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the snapshot is still taken.</exception>
    /// <exception cref="NodeStoppedException">The node is not running.</exception>
    /// <exception cref="OverloadedException">Too many calls wait already.</exception>
    /// <exception cref="RaftException">
    /// The state machine could not capture its state, or has no snapshots at all, or the store could not write it; the inner exception says
    /// why. The log is as it was.
    /// </exception>
    public ValueTask<SnapshotInfo?> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        if (_settings.SnapshotStore is null)
        {
            throw new InvalidOperationException(
                $"Node {Id} has no snapshot store: give it one, with UseSnapshotStore() or "
                + $"{nameof(RaftNodePorts)}.{nameof(RaftNodePorts.SnapshotStore)}.");
        }

        CompletionSource<SnapshotInfo?> source = _sources.Snapshots.Rent(cancellationToken);
        ValueTask<SnapshotInfo?> answer = source.Task;
        PendingCaller<SnapshotInfo?> caller = source.Caller;
        RefuseUnlessPosted(caller, _lives.Current?.Parts.Snapshots.Post(caller) ?? PostOutcome.Closed);
        return answer;
    }
}
