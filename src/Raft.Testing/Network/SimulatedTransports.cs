namespace Raft.Testing;

/// <summary>
/// Connects the nodes of a simulated cluster with transports of your own, instead of the messages of <see cref="SimulatedNetwork"/>. Derive
/// from it to run a transport in a <see cref="SimulatedCluster"/> or a <see cref="Simulation"/> over connections that you simulate.
/// </summary>
/// <remarks>
/// <para>Everything runs on the thread of the simulation. Draw from <see cref="SimulatedWorld.Random"/> what is random. Then a seed
/// repeats.</para>
/// <para>Your connections obey the links of the network: see <see cref="SimulatedNetwork.IsCut"/>,
/// <see cref="SimulatedNetwork.IsClogged"/> and <see cref="SimulatedNetwork.Conditions"/>. The cluster observes what passes through the
/// transports: each message that a node sends, and each that reaches a node. It also checks that nothing is received after a stop.</para>
/// </remarks>
public abstract class SimulatedTransports
{
    /// <summary>Gets whether a message that a node has sent may still reach another one.</summary>
    public abstract bool IsCarrying { get; }

    /// <summary>Ends the run with a rule that was broken. Set by the cluster.</summary>
    internal Action<string>? Broken { get; set; }

    /// <summary>Creates the transport of a node that is about to start, for the first time or again.</summary>
    /// <param name="node">The node.</param>
    /// <param name="clock">The clock of its process.</param>
    /// <param name="scheduler">The scheduler of its process. It runs nothing while the process is paused, or after a crash.</param>
    /// <returns>The transport, not started.</returns>
    public abstract ITransport Create(NodeId node, IClock clock, IScheduler scheduler);

    /// <summary>
    /// The process of a node has ended without a stop: its transport sends and receives nothing more. What a crash looks like to the other
    /// nodes is up to you.
    /// </summary>
    /// <param name="node">The node.</param>
    public abstract void Sever(NodeId node);

    /// <summary>Returns the address of a node, for the members of the cluster. Default: null.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The address; null for none.</returns>
    public virtual string? AddressOf(NodeId node) => null;

    /// <summary>Links were cut, repaired, clogged or unclogged. By default, nothing happens.</summary>
    public virtual void OnLinksChanged()
    {
    }

    /// <summary>
    /// The weather is over: all links are repaired, and no further faults may occur. By default, nothing happens.
    /// </summary>
    public virtual void OnHealed()
    {
    }

    /// <summary>Ends the run, because a rule of the transport is broken.</summary>
    /// <param name="what">The rule, a colon, and what happened.</param>
    protected void Report(string what) => Broken?.Invoke(what);
}
