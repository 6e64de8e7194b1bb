namespace Raft.Testing;

/// <summary>Commands of a user's, as what they are, with a history of what the clients asked and were answered.</summary>
internal sealed class TypedCommands<TCommand, TResult>(Func<StateMachine<TCommand, TResult>> stateMachine, Func<SeededRandom, TCommand> command) : SimulatedWorkload
{
    private readonly History<TCommand, TResult> _history = new();
    private readonly ICodec<TCommand> _commands = stateMachine().Commands;
    private readonly ICodec<TResult> _results = stateMachine().Results;

    public IReadOnlyList<Operation<TCommand, TResult>> Operations => _history.Operations;

    public override void Prepare(SimulatedCluster cluster) => cluster.UseStateMachine(stateMachine);

    public override SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target)
    {
        TCommand next = command(random);
        int operation = _history.Begin($"client {name[..name.IndexOf('.', StringComparison.Ordinal)]}", next);
        SimulatedProposal proposal = cluster.Submit(Codec.Encode(_commands, next), $"{name}: {next}", target);
        proposal.Ended = () => End(operation, proposal);
        return proposal;
    }

    private void End(int operation, SimulatedProposal proposal)
    {
        switch (proposal.Fate)
        {
            case ProposalFate.Committed:
                _history.Complete(operation, _results.Read(proposal.Result.Result));
                break;
            case ProposalFate.Refused or ProposalFate.Rejected:
                _history.Refuse(operation); // a rejection leaves the state as it was, so the operation did not happen
                break;
            default:
                _history.Abandon(operation);
                break;
        }
    }
}
