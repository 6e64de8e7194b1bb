namespace Raft;

/// <summary>
/// The replicated state: applies committed commands in order. Most users derive from
/// <see cref="StateMachine{TCommand, TResult}"/> instead, which has types where this has bytes.
/// </summary>
/// <remarks>
/// It must be deterministic: the same commands lead to the same state and the same results on every node. No clock
/// (<see cref="CommandContext.Time"/> serves), no randomness, no reading of anything outside, no dependence on the order
/// in which a hash table is enumerated. One instance serves one node.
/// </remarks>
public interface IStateMachine
{
    /// <summary>
    /// The index of the last command that its state contains; 0 (the default) for a state that starts empty with each
    /// instance. A machine that keeps its state durably stores this in the same transaction: replay starts behind it, and
    /// commands would be applied twice if it were wrong.
    /// </summary>
    long AppliedIndex => 0;

    /// <summary>
    /// Whether applying may block its thread, as with a synchronous call to a database. Such a machine gets a thread of its
    /// own. False unless said otherwise.
    /// </summary>
    bool MayBlock => false;

    /// <summary>Applies a batch of committed commands in order. One call at a time; reads run between calls, never beside them.</summary>
    /// <param name="batch">The commands, and where their results go.</param>
    /// <param name="stopping">Set when the node has stopped and waits no longer: what is not applied by then is abandoned.</param>
    /// <returns>
    /// Completes when all commands of the batch are applied. An exception stops the node: the state can no longer be
    /// trusted to equal the others'. To refuse a single command, reject it through the batch.
    /// </returns>
    ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping);

    /// <summary>
    /// Captures the state as it is now, for a snapshot that lets the log before it be dropped (section 7). Called between two
    /// batches, which wait for it, so it should be quick: share what never changes, copy what does.
    /// </summary>
    /// <returns>The capture, which the node disposes. Null (the default) if the state machine has no snapshots: then its node's log grows for ever.</returns>
    /// <exception cref="Exception">Whatever it throws is logged; the node goes on and tries again later.</exception>
    ISnapshotCapture? Capture() => null;

    /// <summary>Replaces the whole state by that of a snapshot. Called between two batches.</summary>
    /// <param name="snapshot">What a capture wrote, here or on another node; its bytes have been verified. It ends where the capture's bytes end.</param>
    /// <param name="lastIncludedIndex">The last index whose effect it contains: <see cref="AppliedIndex"/> from now on, for a machine that stores it.</param>
    /// <param name="cancellationToken">Set when the node stops.</param>
    /// <returns>Completes when the state is that of the snapshot. An exception stops the node.</returns>
    ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} captures no snapshots and so restores none: implement both, on all nodes.");
}
