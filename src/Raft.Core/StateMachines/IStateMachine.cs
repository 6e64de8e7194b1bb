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
}
