namespace Raft.Testing;

/// <summary>
/// What a <see cref="SimulatedCluster{TMachine}"/> offers of its state machines. It is covariant, so that the
/// compiler infers the commands and results of a state machine in calls of <see cref="TypedProposals"/>. Not for implementation elsewhere.
/// </summary>
/// <typeparam name="TMachine">The type of the state machine.</typeparam>
public interface ISimulatedCluster<out TMachine>
    where TMachine : class
{
    /// <summary>Returns the state machine of a node, of its present life or the last one, to look at it. Do not change it.</summary>
    /// <param name="id">The node, which must have been started.</param>
    /// <returns>The state machine, with what this node has applied so far.</returns>
    /// <exception cref="InvalidOperationException">The node was never started.</exception>
    TMachine Machine(NodeId id);

    /// <summary>Reads the state machine of a node as <see cref="IReader{TMachine}"/> does, and runs until the answer is there.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="id">The node.</param>
    /// <param name="query">Must not change the state. What it returns must not change later.</param>
    /// <param name="consistency">How up to date the answer must be. By default it includes all that was acknowledged before.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The answer. An exception of the query is thrown.</returns>
    /// <exception cref="NodeStoppedException">The node is not running.</exception>
    /// <exception cref="SimulationException">There was no answer in time: a majority cannot be reached, for example.</exception>
    T Read<T>(NodeId id, Func<TMachine, T> query, ReadConsistency consistency = default, TimeSpan? limit = null);

    /// <summary>
    /// Returns a reader of a node, to be passed to code that is tested: <c>cluster.World.Run(() => service.AnswerAsync())</c>.
    /// </summary>
    /// <param name="id">The node.</param>
    /// <returns>The reader, which reads the node of its present life.</returns>
    IReader<TMachine> ReaderOf(NodeId id);

    /// <summary>The cluster.</summary>
    internal SimulatedClusterBase Cluster { get; }
}
