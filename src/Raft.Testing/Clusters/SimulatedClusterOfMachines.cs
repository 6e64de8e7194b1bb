namespace Raft.Testing;

/// <summary>
/// A simulated cluster whose nodes have state machines of your own, with the operations that a script needs: elect, propose, crash,
/// restart, cut off, read on a node.
/// </summary>
/// <typeparam name="TMachine">
/// The state machine. One that derives from <see cref="StateMachine{TCommand,TResult}"/> has typed commands: see
/// <see cref="TypedProposals"/>, whose methods are called like those of the cluster.
/// </typeparam>
/// <example>
/// <code>
/// SimulatedCluster&lt;Bank&gt; cluster = new(() =&gt; new Bank(), nodes: 3, seed: 7);
/// cluster.Start();
/// cluster.Elect("n1");
/// long balance = cluster.Propose(new Deposit("ann", 5));
/// cluster.Crash("n1");
/// cluster.Propose(new Deposit("ann", 5)); // waits for a new leader
/// long there = cluster.Read("n3", bank =&gt; bank.BalanceOf("ann"));
/// </code>
/// </example>
/// <remarks>
/// After every step it compares the answers of all nodes to each command, with all else that <see cref="SimulatedClusterBase"/> checks. A
/// state machine applies a batch before it returns: one that awaits real time, a task or IO is reported. Any thread may use the cluster,
/// but one at a time.
/// </remarks>
public sealed class SimulatedCluster<TMachine> : SimulatedClusterBase, ISimulatedCluster<TMachine>
    where TMachine : class, IStateMachine
{
    /// <summary>Creates a cluster whose nodes are not started.</summary>
    /// <param name="stateMachine">Makes an empty state machine; called for each life of each node.</param>
    /// <param name="nodes">The number of nodes: 1 or more, default 3.</param>
    /// <param name="seed">The seed of everything random in the cluster.</param>
    /// <param name="configure">Changes the options of every node, each time it starts.</param>
    /// <param name="storage">Makes the storage of a node, in order of the nodes; null for one in memory.</param>
    /// <param name="transports">
    /// Makes what connects the nodes; null for the messages of <see cref="SimulatedClusterBase.Network"/>.
    /// </param>
    public SimulatedCluster(
        Func<TMachine> stateMachine,
        int nodes = 3,
        ulong seed = 1,
        Action<RaftNodeOptions>? configure = null,
        Func<SimulatedWorld, NodeId, SimulatedStorage>? storage = null,
        Func<SimulatedWorld, SimulatedTransports>? transports = null)
        : base(nodes, seed, configure, storage, transports)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        UseStateMachine(stateMachine);
    }

    SimulatedClusterBase ISimulatedCluster<TMachine>.Cluster => this;

    /// <inheritdoc/>
    public TMachine Machine(NodeId id) => (TMachine)(this[id].OwnMachine
        ?? throw new InvalidOperationException($"Node '{id}' was never started, so it has no state machine: call Start first."));

    /// <inheritdoc/>
    public T Read<T>(NodeId id, Func<TMachine, T> query, ReadConsistency consistency = default, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        using HomeThread.Visit visit = World.Enter();
        using CancellationTokenSource giveUp = new();
        Task<T> reading = ReaderOf(id).ReadAsync(query, consistency, giveUp.Token).AsTask();
        try
        {
            World.RunUntil(() => reading.IsCompleted, limit, $"a read ({consistency}) of {id}");
        }
        finally
        {
            giveUp.Cancel();
        }

        return reading.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public IReader<TMachine> ReaderOf(NodeId id) => new Reader(this[id]);

    /// <summary>
    /// Proposes bytes to the leader, waiting for one if there is none, and runs until they are committed and applied there.
    /// </summary>
    /// <param name="command">The command as the state machine receives it. Its memory must not change afterwards.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The index and the result as bytes. If the command was not committed, the exception of the node is thrown.</returns>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    public Committed ProposeBytes(ReadOnlyMemory<byte> command, TimeSpan? limit = null) =>
        ProposeToLeader(command, AppliedCommands.Describe(command.Span), limit).Result;

    /// <summary>Proposes bytes to a node without waiting.</summary>
    /// <param name="command">The command as the state machine receives it. Its memory must not change afterwards.</param>
    /// <param name="id">The node.</param>
    /// <returns>The proposal, whose result is available later.</returns>
    public SimulatedProposal SubmitBytes(ReadOnlyMemory<byte> command, NodeId id) =>
        Submit(command, AppliedCommands.Describe(command.Span), id);

    private sealed class Reader(SimulatedNode node) : IReader<TMachine>
    {
        public ValueTask<T> ReadAsync<T>(
            Func<TMachine, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(query);
            return node.Raft.ReadAsync((SlowStateMachine _) => query((TMachine)node.OwnMachine!), consistency, cancellationToken);
        }
    }
}
