namespace Raft.Testing;

/// <summary>
/// Proposals of typed commands to a <see cref="SimulatedCluster{TMachine}"/> whose state machine derives from
/// <see cref="StateMachine{TCommand,TResult}"/>.
/// </summary>
public static class TypedProposals
{
    /// <summary>
    /// Proposes a command to the leader, waiting for one if there is none, and runs until it is committed and applied there.
    /// </summary>
    /// <typeparam name="TCommand">The commands.</typeparam>
    /// <typeparam name="TResult">The results.</typeparam>
    /// <param name="cluster">The cluster.</param>
    /// <param name="command">The command.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The result of the state machine.</returns>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="ProposalRefusedException">It did not enter the log.</exception>
    /// <exception cref="OutcomeUnknownException">The leader was lost before it could answer.</exception>
    /// <exception cref="SimulationException">There was no answer in time, or a rule was broken.</exception>
    public static TResult Propose<TCommand, TResult>(
        this ISimulatedCluster<StateMachine<TCommand, TResult>> cluster, TCommand command, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        using HomeThread.Visit visit = cluster.Cluster.World.Enter();
        SimulatedProposal<TResult> proposal = cluster.Submit(command, cluster.Cluster.Leader ?? cluster.Cluster.WaitForLeader(limit));
        cluster.Cluster.World.RunUntil(
            () => proposal.Fate != ProposalFate.Pending, limit, $"the fate of proposal '{proposal.Text}' at {proposal.Node}");
        return proposal.Result;
    }

    /// <summary>Proposes a command to a node without waiting.</summary>
    /// <typeparam name="TCommand">The commands.</typeparam>
    /// <typeparam name="TResult">The results.</typeparam>
    /// <param name="cluster">The cluster.</param>
    /// <param name="command">The command.</param>
    /// <param name="id">The node, which must have been started. One that is down now never answers.</param>
    /// <returns>The proposal, whose result is available later.</returns>
    public static SimulatedProposal<TResult> Submit<TCommand, TResult>(
        this ISimulatedCluster<StateMachine<TCommand, TResult>> cluster, TCommand command, NodeId id)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        StateMachine<TCommand, TResult> machine = cluster.Machine(id);
        SimulatedProposal proposal = cluster.Cluster.Submit(Codec.Encode(machine.Commands, command), $"{command}", id);
        return new SimulatedProposal<TResult>(proposal, machine.Results);
    }

    /// <summary>
    /// Returns a proposer of a node, to be passed to code that is tested: <c>cluster.World.Run(() => service.BuyAsync())</c>.
    /// </summary>
    /// <typeparam name="TCommand">The commands.</typeparam>
    /// <typeparam name="TResult">The results.</typeparam>
    /// <param name="cluster">The cluster.</param>
    /// <param name="id">The node. As a real node, it refuses commands while it does not lead.</param>
    /// <returns>The proposer, which proposes to the node of its present life.</returns>
    public static IProposer<TCommand, TResult> ProposerOf<TCommand, TResult>(
        this ISimulatedCluster<StateMachine<TCommand, TResult>> cluster, NodeId id)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return new Proposer<TCommand, TResult>(cluster, id);
    }

    private sealed class Proposer<TCommand, TResult>(ISimulatedCluster<StateMachine<TCommand, TResult>> cluster, NodeId id)
        : IProposer<TCommand, TResult>
    {
        public async ValueTask<TResult> ProposeAsync(TCommand command, CancellationToken cancellationToken = default)
        {
            SimulatedProposal<TResult> proposal = cluster.Submit(command, id);
            using CancellationTokenRegistration giveUp = cancellationToken.Register(proposal.GiveUp);
            await proposal.Bytes.WhenEndedAsync().ConfigureAwait(false);
            return proposal.Result;
        }
    }
}
