namespace Raft.Testing;

/// <summary>Commands of a user's, as what they are, with a history of what the clients asked and were answered.</summary>
internal sealed class TypedCommands<TCommand, TResult>(
    Func<StateMachine<TCommand, TResult>> stateMachine, Func<SeededRandom, TCommand> command)
    : SimulatedWorkload
{
    private readonly History<TCommand, TResult> _history = new();
    private readonly ICodec<TCommand> _commands = stateMachine().Commands;
    private readonly ICodec<TResult> _results = stateMachine().Results;

    private readonly List<byte[]> _asked = []; // by the number of the operation
    private readonly Dictionary<long, int> _answered = []; // the operation that was answered with an index

    /// <summary>What clients asked and were answered. One object for each as long as nothing more happens.</summary>
    public IReadOnlyList<Operation<TCommand, TResult>> Operations => _history.Operations;

    /// <summary>The order in which the log has them; null if that is not known.</summary>
    public IReadOnlyList<Operation<TCommand, TResult>>? Order { get; private set; }

    /// <summary>
    /// An entry whose index no caller received belongs to an operation whose outcome is unknown: of several with the same command, to the
    /// one that began first, which suits as well as any other.
    /// </summary>
    public override void Finish(SimulatedCluster cluster, ReadOnlySpan<LogEntry> log)
    {
        ILookup<string, int> unknown = Enumerable.Range(0, _asked.Count)
            .Where(number => _history[number].Outcome == OperationOutcome.Unknown)
            .ToLookup(number => Convert.ToHexString(_asked[number]), StringComparer.Ordinal);
        Dictionary<string, int> taken = new(StringComparer.Ordinal);
        List<Operation<TCommand, TResult>> order = [];
        for (int i = 0; i < log.Length; i++)
        {
            if (log[i].Kind != EntryKind.Command || cluster.Results!.IsRejected(i + 1))
            {
                continue;
            }

            if (!_answered.TryGetValue(i + 1, out int number))
            {
                string command = Convert.ToHexString(log[i].Data.Span);
                int used = taken.GetValueOrDefault(command);
                taken[command] = used + 1;
                number = unknown[command].Skip(used).First(); // always found: every command in the log was proposed
            }

            order.Add(_history[number]);
        }

        Order = order;
    }

    public override void Prepare(SimulatedCluster cluster) => cluster.UseStateMachine(stateMachine);

    public override SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target)
    {
        TCommand next = command(random);
        int operation = _history.Begin($"client {name[..name.IndexOf('.', StringComparison.Ordinal)]}", next);
        byte[] encoded = Codec.Encode(_commands, next).ToArray();
        _asked.Add(encoded);
        SimulatedProposal proposal = cluster.Submit(encoded, $"{name}: {next}", target);
        proposal.Ended = () => End(operation, proposal);
        return proposal;
    }

    private void End(int operation, SimulatedProposal proposal)
    {
        switch (proposal.Fate)
        {
            case ProposalFate.Committed:
                _answered.TryAdd(proposal.Result.Index, operation); // two that received the same index are found elsewhere
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
