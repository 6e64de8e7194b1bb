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
    private const int NotAllowed = -1;

    private readonly SequentialModel<TState, TInput, TOutput> _model;
    private readonly List<TState> _states = [];
    private readonly Dictionary<TState, int> _numbers = [];
    private readonly Dictionary<object, int> _operations = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int State, int Operation, bool IsKept), int> _transitions = [];
    private int _steps;

    public RepeatableOrders(SequentialModel<TState, TInput, TOutput> model)
    {
        _model = model;
        NumberOf(model.InitialState);
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

        Node best = new(UInt128.Zero, State: 0);
        Dictionary<Node, (Node Before, Operation<TInput, TOutput>? Operation)> reached = new() { [best] = (best, null) };
        Queue<Node> open = new([best]);
        for (int steps = 0; open.TryDequeue(out Node node);)
        {
            best = UInt128.PopCount(node.Taken) > UInt128.PopCount(best.Taken) ? node : best;
            long firstEnd = FirstEnd(kept, node.Taken);
            for (int i = 0; i < kept.Count + others.Count; i++)
            {
                bool isKept = i < kept.Count;
                Operation<TInput, TOutput> operation = isKept ? kept[i] : others[i - kept.Count];
                UInt128 bit = isKept ? UInt128.One << i : UInt128.Zero;
                if (operation.BeganAt > firstEnd || (node.Taken & bit) != UInt128.Zero)
                {
                    continue;
                }

                if (steps++ >= StepsPerSearch || _steps++ >= StepsInAll || _transitions.Count >= TransitionsInAll)
                {
                    return null;
                }

                int state = Next(node.State, operation, isKept);
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
        return new Contradiction<TInput, TOutput>(kept, order, misfit, _model.DescribeAnswer(_states[best.State], misfit.Input));
    }

    private int Next(int state, Operation<TInput, TOutput> operation, bool isKept)
    {
        if (!_operations.TryGetValue(operation, out int number))
        {
            _operations.Add(operation, number = _operations.Count);
        }

        if (!_transitions.TryGetValue((state, number, isKept), out int next))
        {
            next = Compute(state, operation, isKept);
            _transitions.Add((state, number, isKept), next);
        }

        return next;
    }

    private int Compute(int state, Operation<TInput, TOutput> operation, bool isKept)
    {
        if (!isKept)
        {
            return NumberOf(_model.Apply(_states[state], operation.Input, out _));
        }

        if (operation.Outcome == OperationOutcome.Rejected)
        {
            return _model.AllowsRejection(_states[state], operation.Input, operation.Rejection ?? string.Empty) ? state : NotAllowed;
        }

        return _model.Allows(_states[state], operation.Input, operation.Output, out TState after) ? NumberOf(after) : NotAllowed;
    }

    private int NumberOf(TState state)
    {
        if (!_numbers.TryGetValue(state, out int number))
        {
            _numbers.Add(state, number = _states.Count);
            _states.Add(state);
        }

        return number;
    }

    private readonly record struct Node(UInt128 Taken, int State);
}
