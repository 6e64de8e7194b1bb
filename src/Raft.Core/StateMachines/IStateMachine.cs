namespace Raft;

/// <summary>
/// The replicated state, which applies committed commands in order. Most state machines derive from
/// <see cref="StateMachine{TCommand, TResult}"/> instead, which has types in place of bytes.
/// </summary>
/// <remarks>
/// It must be deterministic: the same commands lead to the same state and the same results on every node. Do not use a clock (use
/// <see cref="CommandContext.Time"/>), randomness, data from outside, or the order in which a hash table is enumerated. One instance
/// serves one node.
/// </remarks>
public interface IStateMachine
{
    /// <summary>
    /// The index of the last command that its state contains; 0 (the default) for a state that is empty in a new instance. A state
    /// machine that keeps its state durably stores this index in the same transaction. Replay starts after it, so a wrong index would
    /// apply commands twice.
    /// </summary>
    long AppliedIndex => 0;

    /// <summary>
    /// Whether applying may block its thread, as a synchronous call to a database does. Such a state machine gets its own thread. Default
    /// false.
    /// </summary>
    bool MayBlock => false;

    /// <summary>
    /// Applies a batch of committed commands in order. There is one call at a time. Reads run between calls, never at the same
    /// time.
    /// </summary>
    /// <param name="batch">The commands, which also receives their results.</param>
    /// <param name="stopping">
    /// Set when the node has stopped and no longer waits. Commands that are not applied by then are abandoned.
    /// </param>
    /// <returns>
    /// Completes when all commands of the batch are applied. An exception stops the node, since its state may differ from that of the
    /// other nodes. To refuse a single command, reject it through the batch.
    /// </returns>
    ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping);

    /// <summary>
    /// Captures the current state for a snapshot, which replaces the log up to here (section 7). Called between two batches. The next
    /// batch waits for it, so it should be quick: share what never changes, and copy what does.
    /// </summary>
    /// <returns>
    /// The capture, which the node disposes. Null (the default) if the state machine does not support snapshots; the log then
    /// grows without bound.
    /// </returns>
    /// <exception cref="Exception">The exception is logged. The node continues, and tries again later.</exception>
    ISnapshotCapture? Capture() => null;

    /// <summary>Replaces the whole state by the state of a snapshot. Called between two batches.</summary>
    /// <param name="snapshot">
    /// The bytes that a capture wrote, on this or another node. They have been verified. The stream ends where these bytes end.
    /// </param>
    /// <param name="lastIncludedIndex">
    /// The last index whose effect it contains. A state machine that stores <see cref="AppliedIndex"/> stores this index.
    /// </param>
    /// <param name="cancellationToken">Set when the node stops.</param>
    /// <returns>Completes when the state is replaced. An exception stops the node.</returns>
    ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken) =>
        throw new NotSupportedException(
            $"{GetType().Name} cannot restore a snapshot: implement both {nameof(Capture)} and {nameof(RestoreAsync)}, on all nodes.");
}
