using System.Text;

namespace Raft.Testing;

/// <summary>
/// A simulated cluster whose nodes have logs of strings: for tests of what a cluster does, whatever the state machine is. See
/// <see cref="SimulatedCluster{TMachine}"/> for state machines of your own.
/// </summary>
/// <example>
/// <code>
/// SimulatedCluster cluster = new(nodes: 3, seed: 7);
/// cluster.Start();
/// cluster.Elect("n1");
/// cluster.Propose("a");
/// cluster.Crash("n1");
/// cluster.Propose("b"); // waits for a new leader
/// </code>
/// </example>
/// <remarks>Any thread may use it, but one at a time. See <see cref="SimulatedClusterBase"/> for what is checked.</remarks>
public sealed class SimulatedCluster : SimulatedClusterBase
{
    /// <summary>Creates a cluster whose nodes are not started.</summary>
    /// <param name="nodes">The number of nodes: 1 or more, default 3.</param>
    /// <param name="seed">The seed of everything random in the cluster.</param>
    /// <param name="configure">Changes the options of every node, each time it starts.</param>
    /// <param name="storage">Makes the storage of a node, in order of the nodes; null for one in memory.</param>
    /// <param name="transports">
    /// Makes what connects the nodes; null for the messages of <see cref="SimulatedClusterBase.Network"/>.
    /// </param>
    public SimulatedCluster(
        int nodes = 3,
        ulong seed = 1,
        Action<RaftNodeOptions>? configure = null,
        Func<SimulatedWorld, NodeId, SimulatedStorage>? storage = null,
        Func<SimulatedWorld, SimulatedTransports>? transports = null)
        : this(nodes, seed, configure, storage, transports, keepsEvents: true)
    {
    }

    internal SimulatedCluster(
        int nodes,
        ulong seed,
        Action<RaftNodeOptions>? configure,
        Func<SimulatedWorld, NodeId, SimulatedStorage>? storage,
        Func<SimulatedWorld, SimulatedTransports>? transports,
        bool keepsEvents,
        MemberRoles roles = MemberRoles.AllVote)
        : base(nodes, seed, configure, storage, transports, keepsEvents, roles)
    {
    }

    /// <summary>Gets every string that any node has applied so far, in the order on which all nodes agree.</summary>
    public IReadOnlyList<string> Agreed => AgreedTexts;

    /// <summary>Returns the strings that a node has applied since its last start.</summary>
    /// <param name="id">The node.</param>
    /// <returns>A copy of the strings.</returns>
    public IReadOnlyList<string> LogOf(NodeId id) => this[id].Log;

    /// <summary>
    /// Proposes a string to the leader, waiting for one if there is none, and runs until it is committed and applied there.
    /// </summary>
    /// <param name="text">The string.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The index and result. If the string was not committed, the exception of the node is thrown.</returns>
    public Committed Propose(string text, TimeSpan? limit = null) => ProposeToLeader(Encoding.UTF8.GetBytes(text), text, limit).Result;

    /// <summary>Proposes a string to a node without waiting.</summary>
    /// <param name="text">The string; unique in the run, if refusals are to be checked.</param>
    /// <param name="id">The node.</param>
    /// <returns>The proposal, whose result is available later.</returns>
    public SimulatedProposal Submit(string text, NodeId id) => Submit(Encoding.UTF8.GetBytes(text), text, id);

    /// <summary>Proposes a string in the term of a leadership only.</summary>
    internal SimulatedProposal Submit(string text, NodeId id, Leadership leadership)
    {
        Fence(text, leadership.Term);
        return Submit(Encoding.UTF8.GetBytes(text), text, id, leadership);
    }
}
