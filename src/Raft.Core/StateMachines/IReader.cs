namespace Raft;

/// <summary>Reads the state machine of a node. Use it in application code, and replace it in tests.</summary>
/// <typeparam name="TMachine">The type of the state machine.</typeparam>
public interface IReader<out TMachine>
{
    /// <summary>
    /// Reads the state machine: runs a query between two batches of commands. Any node may be asked. Safe to call from any thread.
    /// </summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="query">
    /// Must be quick and must not change the state. What it returns must not change later: copy what the state machine continues to use.
    /// </param>
    /// <param name="consistency">How up to date the answer must be. By default it includes all that was acknowledged before.</param>
    /// <param name="cancellationToken">
    /// Stops waiting. Linearizable and bounded reads wait for a leader, and <see cref="ReadConsistency.AtLeast"/> for its index.
    /// </param>
    /// <returns>The answer. An exception of the query is thrown to the caller. Await it once only.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is null.</exception>
    /// <exception cref="NodeStoppedException">The node is not running, or has stopped before it could answer.</exception>
    /// <exception cref="OverloadedException">
    /// As many reads wait as <see cref="RaftNodeOptions.MaximumPendingReads"/> allows.
    /// </exception>
    ValueTask<T> ReadAsync<T>(
        Func<TMachine, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default);
}
