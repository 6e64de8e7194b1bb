namespace Raft.Testing;

/// <summary>What the clients of a simulation propose, and to what kind of state machine.</summary>
internal abstract class SimulatedWorkload
{
    /// <summary>What the user's function is, in messages.</summary>
    private protected const string CommandFunction = "The function that draws commands";

    /// <summary>Whether its commands are strings, so that work of leaders may propose some too.</summary>
    public virtual bool HasWorkers => false;

    /// <summary>Prepares the cluster before it starts.</summary>
    public abstract void Prepare(SimulatedCluster cluster);

    /// <summary>All nodes have applied everything, and agree.</summary>
    public virtual void Finish(SimulatedCluster cluster)
    {
    }

    /// <summary>Proposes the next command of a client.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">The client's number and the number of the command: "2.17" for the 17th of client 2.</param>
    /// <param name="random">The client's source.</param>
    /// <param name="target">The node to propose to.</param>
    public abstract SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target);
}

/// <summary>Strings that are unique, for <see cref="StringLog"/>: each rule can be checked by the content of the log.</summary>
internal sealed class UniqueTexts : SimulatedWorkload
{
    public override bool HasWorkers => true;

    public override void Prepare(SimulatedCluster cluster)
    {
    }

    public override SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target) =>
        cluster.Submit(name, target);
}

/// <summary>Commands of a user's, as bytes.</summary>
internal sealed class ByteCommands(Func<IStateMachine> stateMachine, Func<SeededRandom, ReadOnlyMemory<byte>> command) : SimulatedWorkload
{
    public override void Prepare(SimulatedCluster cluster) => cluster.UseStateMachine(stateMachine);

    public override SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target) =>
        cluster.Submit(cluster.World.Ask(CommandFunction, () => command(random)), name, target);
}
