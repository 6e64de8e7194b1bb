namespace Raft.Testing;

/// <summary>Commands of a user's, as what they are, with a history of what the clients asked and were answered.</summary>
internal sealed class TypedCommands<TCommand, TResult>(
    Func<StateMachine<TCommand, TResult>> stateMachine, Func<SeededRandom, TCommand> command)
    : SimulatedWorkload
{
    private readonly History<TCommand, TResult> _history = new();
    private readonly List<byte[]> _asked = []; // by the number of the operation
    private readonly Dictionary<long, int> _answered = []; // the operation that was answered with an index
    private readonly Dictionary<int, byte[]> _answers = []; // by the number of the operation
    private IReadOnlyList<Operation<TCommand, TResult>>? _operations;
    private (ICodec<TCommand> Commands, ICodec<TResult> Results) _codecs;

    /// <summary>
    /// What clients asked and were answered. Once there is a <see cref="Log"/>, as it was at that moment: nodes still run then, and may
    /// answer commands that the log does not have.
    /// </summary>
    public IReadOnlyList<Operation<TCommand, TResult>> Operations => _operations ?? _history.Operations;

    /// <summary>The commands in the log, with what each explains; null if the run did not come to its end.</summary>
    public IReadOnlyList<LoggedCommand<TCommand, TResult>>? Log { get; private set; }

    /// <summary>
    /// An entry whose index no caller received belongs to an operation whose outcome is unknown: of several with the same command, to the
    /// one that began first, which suits as well as any other.
    /// </summary>
    public override void Finish(SimulatedCluster cluster)
    {
        ILookup<string, int> unknown = NumbersOf(OperationOutcome.Unknown)
            .ToLookup(number => Convert.ToHexString(_asked[number]), StringComparer.Ordinal);
        ResultAgreement results = cluster.Results!;
        ILookup<long, int> observers = PlaceRejections(results);
        Dictionary<string, int> taken = new(StringComparer.Ordinal);
        List<LoggedCommand<TCommand, TResult>> commands = [];
        foreach ((long index, LogEntry entry) in results.Commands)
        {
            bool isRejected = results.IsRejected(index);
            int? owner = _answered.TryGetValue(index, out int answered) ? answered : null;
            if (owner is null && !isRejected)
            {
                string asked = Convert.ToHexString(entry.Data.Span);
                int used = taken.GetValueOrDefault(asked);
                taken[asked] = used + 1;
                owner = unknown[asked].Skip(used).First(); // always found: every command in the log was proposed
            }

            commands.Add(new LoggedCommand<TCommand, TResult>(
                index,
                entry,
                isRejected,
                owner is { } number ? _history[number] : null,
                owner is { } answeredBy ? _answers.GetValueOrDefault(answeredBy) : null,
                [.. observers[index].Select(each => _history[each])]));
        }

        (Log, _operations) = (commands, _history.Operations);
    }

    public override void Prepare(SimulatedCluster cluster)
    {
        StateMachine<TCommand, TResult> sample = (StateMachine<TCommand, TResult>)new MachineFactory(stateMachine, cluster.World).Create();
        _codecs = (sample.Commands, sample.Results);
        cluster.UseStateMachine(stateMachine);
    }

    public override SimulatedProposal Submit(SimulatedCluster cluster, string name, SeededRandom random, NodeId target)
    {
        (TCommand next, byte[] encoded) = cluster.World.Ask(CommandFunction, () => Draw(random));
        int operation = _history.Begin($"client {name[..name.IndexOf('.', StringComparison.Ordinal)]}", next);
        _asked.Add(encoded);
        SimulatedProposal proposal = cluster.Submit(encoded, $"{name}: {next}", target);
        proposal.Ended = () => End(operation, proposal);
        return proposal;
    }

    private (TCommand Command, byte[] Encoded) Draw(SeededRandom random)
    {
        TCommand next = command(random);
        return (next, Codec.Encode(_codecs.Commands, next));
    }

    private IEnumerable<int> NumbersOf(OperationOutcome outcome) =>
        Enumerable.Range(0, _asked.Count).Where(number => _history[number].Outcome == outcome);

    /// <summary>The operations that were rejected, by the index of the command in the log that explains it.</summary>
    private ILookup<long, int> PlaceRejections(ResultAgreement results)
    {
        List<(string Command, string? Reason, long Index)> rejections = [];
        foreach ((long index, LogEntry entry) in results.Commands)
        {
            if (results.IsRejected(index))
            {
                rejections.Add((Convert.ToHexString(entry.Data.Span), results.RejectionOf(index), index));
            }
        }

        ILookup<(string, string?), long> candidates =
            rejections.ToLookup(static each => (each.Command, each.Reason), static each => each.Index);
        RejectionPlaces<TCommand, TResult> places = new(_answered.Select(each => (_history[each.Value], each.Key)));
        List<(long Index, int Number)> placed = [];
        foreach (int number in NumbersOf(OperationOutcome.Rejected))
        {
            Operation<TCommand, TResult> operation = _history[number];
            if (places.Place(operation, candidates[(Convert.ToHexString(_asked[number]), operation.Rejection)]) is { } index)
            {
                placed.Add((index, number));
            }
        }

        return placed.ToLookup(static each => each.Index, static each => each.Number);
    }

    private void End(int operation, SimulatedProposal proposal)
    {
        switch (proposal.Fate)
        {
            case ProposalFate.Committed:
                _answered.TryAdd(proposal.Result.Index, operation); // two that received the same index are found elsewhere
                _answers.Add(operation, proposal.Result.Result.ToArray());
                _history.Complete(operation, _codecs.Results.Read(proposal.Result.Result));
                break;
            case ProposalFate.Rejected:
                _history.Reject(operation, proposal.Rejection ?? string.Empty);
                break;
            case ProposalFate.Refused:
                _history.Refuse(operation);
                break;
            default:
                _history.Abandon(operation);
                break;
        }
    }
}
