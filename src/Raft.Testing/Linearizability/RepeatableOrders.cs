namespace Raft.Testing;

/// <summary>
/// Looks for an order that explains some operations, if all others may have taken effect any number of times, or never. That allows more
/// orders than there are, so what it cannot explain is a contradiction. In return it need not remember which of the others it has used,
/// and so decides quickly where the model has few states.
/// </summary>
internal sealed class RepeatableOrders<TState, TInput, TOutput>
    where TState : notnull
{
    private const int MostKept = 128; // as many as a set has bits
    private const int StepsPerSearch = 2_000_000;
    private const int StepsInAll = 20_000_000;
    private const int TransitionsInAll = 50_000;
    private const int BytesPerNode = 120; // in the dictionary and the queue
    private const int NotAllowed = -1;

    private readonly bool _hasOneOutcome;
    private readonly SearchLimits _limits;
    private readonly ModelStates<TState, TInput, TOutput> _states;
    private readonly Dictionary<object, int> _operations = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int State, int Operation, Effect Effect), int> _transitions = [];
    private int _steps;

    /// <summary>Makes a search.</summary>
    /// <param name="model">What the system is supposed to do.</param>
    /// <param name="limits">The limits of each search, apart from the number of its steps. All have the same deadline.</param>
    public RepeatableOrders(SequentialModel<TState, TInput, TOutput> model, SearchLimits limits)
    {
        _hasOneOutcome = model.HasOneOutcome;
        _limits = limits;
        _states = new ModelStates<TState, TInput, TOutput>(model);
    }

    private enum Effect
    {
        /// <summary>The answer is explained.</summary>
        Kept,

        /// <summary>It takes effect, whatever the answer was.</summary>
        Applied,

        /// <summary>It takes the effect that goes with its answer, where that is possible.</summary>
        Answered,
    }

    /// <summary>Looks for an order.</summary>
    /// <param name="kept">The operations whose answers are to be explained, as they began.</param>
    /// <param name="others">The others that may take effect.</param>
    /// <returns>The contradiction; null if there is an order, or the search reached a limit.</returns>
    public Contradiction<TInput, TOutput>? Find(
        IReadOnlyList<Operation<TInput, TOutput>> kept, IReadOnlyList<Operation<TInput, TOutput>> others)
    {
        if (kept.Count > MostKept)
        {
            return null;
        }

        (Operation<TInput, TOutput> Operation, Effect Effect)[] moves = [.. MovesOf(kept, others)];
        SearchLimits limits = _limits.Again(StepsPerSearch);
        Node best = new(UInt128.Zero, ModelStates<TState, TInput, TOutput>.Initial);
        Dictionary<Node, (Node Before, Operation<TInput, TOutput>? Operation)> reached = new() { [best] = (best, null) };
        Queue<Node> open = new([best]);
        while (open.TryDequeue(out Node node))
        {
            best = UInt128.PopCount(node.Taken) > UInt128.PopCount(best.Taken) ? node : best;
            long firstEnd = FirstEnd(kept, node.Taken);
            for (int i = 0; i < moves.Length; i++)
            {
                (Operation<TInput, TOutput> operation, Effect effect) = moves[i];
                UInt128 bit = effect == Effect.Kept ? UInt128.One << i : UInt128.Zero;
                if (operation.BeganAt > firstEnd || (node.Taken & bit) != UInt128.Zero)
                {
                    continue;
                }

                if (!limits.TakeStep(_states.Bytes + ((long)reached.Count * BytesPerNode))
                    || _steps++ >= StepsInAll || _transitions.Count >= TransitionsInAll)
                {
                    return null;
                }

                int state = Next(node.State, operation, effect);
                Node next = new(node.Taken | bit, state);
                if (state != NotAllowed && reached.TryAdd(next, (node, operation)))
                {
                    open.Enqueue(next);
                }
            }

            if (UInt128.PopCount(best.Taken) == (UInt128)kept.Count)
            {
                return null; // explained
            }
        }

        return Describe(kept, best, reached);
    }

    private IEnumerable<(Operation<TInput, TOutput> Operation, Effect Effect)> MovesOf(
        IReadOnlyList<Operation<TInput, TOutput>> kept, IReadOnlyList<Operation<TInput, TOutput>> others) =>
        kept.Select(static operation => (operation, Effect.Kept))
            .Concat(others.Select(operation => (operation, EffectOf(operation))));

    private Effect EffectOf(Operation<TInput, TOutput> operation) =>
        operation.Outcome == OperationOutcome.Completed && !_hasOneOutcome ? Effect.Answered : Effect.Applied;

    private static long FirstEnd(IReadOnlyList<Operation<TInput, TOutput>> kept, UInt128 taken)
    {
        long first = long.MaxValue;
        for (int i = 0; i < kept.Count; i++)
        {
            if ((taken & (UInt128.One << i)) == UInt128.Zero)
            {
                first = Math.Min(first, kept[i].EndedAt!.Value);
            }
        }

        return first;
    }

    private Contradiction<TInput, TOutput> Describe(
        IReadOnlyList<Operation<TInput, TOutput>> kept,
        Node best,
        Dictionary<Node, (Node Before, Operation<TInput, TOutput>? Operation)> reached)
    {
        List<Operation<TInput, TOutput>> order = [];
        for (Node node = best; reached[node].Operation is { } operation; node = reached[node].Before)
        {
            order.Insert(0, operation);
        }

        Operation<TInput, TOutput> misfit = Enumerable.Range(0, kept.Count)
            .Where(i => (best.Taken & (UInt128.One << i)) == UInt128.Zero)
            .Select(i => kept[i])
            .MinBy(static operation => operation.EndedAt)!;
        return new Contradiction<TInput, TOutput>(kept, order, misfit, _states.DescribeAnswer(best.State, misfit.Input));
    }

    private int Next(int state, Operation<TInput, TOutput> operation, Effect effect)
    {
        if (!_operations.TryGetValue(operation, out int number))
        {
            _operations.Add(operation, number = _operations.Count);
        }

        if (!_transitions.TryGetValue((state, number, effect), out int next))
        {
            next = effect == Effect.Applied ? _states.Apply(state, operation)
                : _states.Allows(state, operation, out int after) ? after
                : NotAllowed;
            _transitions.Add((state, number, effect), next);
        }

        return next;
    }

    private readonly record struct Node(UInt128 Taken, int State);
}
