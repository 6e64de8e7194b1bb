namespace Raft.Testing;

/// <summary>
/// Shortens a history that is not linearizable. It never leaves out an operation that may have taken effect: it takes its answer for
/// unknown, which allows more orders. So what remains contradicts itself in the whole history too. What began after the last answer that is
/// left matters no more.
/// </summary>
internal sealed class ContradictionFinder<TState, TInput, TOutput>(
    SequentialModel<TState, TInput, TOutput> model, IReadOnlyCollection<Operation<TInput, TOutput>> operations)
    where TState : notnull
{
    private const int OperationsInAllChecks = 2_000_000;
    private const int StepsPerCheck = 20_000;
    private const long BytesPerCheck = 64 << 20;

    private readonly Operation<TInput, TOutput>[] _answered =
        [.. operations.Where(static operation => operation.IsAnswered).OrderBy(static operation => operation.EndedAt)];

    private readonly RepeatableOrders<TState, TInput, TOutput> _repeatable = new(model);
    private readonly int _maximumChecks = Math.Clamp(OperationsInAllChecks / Math.Max(1, operations.Count), 30, 200);
    private int _checks;

    /// <summary>Shortens the history.</summary>
    /// <returns>The contradiction; null if none was found within the limits.</returns>
    public Contradiction<TInput, TOutput>? Find()
    {
        int count = FindShortestPrefix();
        if (Check([_answered[count - 1]]) is { } alone)
        {
            return alone;
        }

        List<Operation<TInput, TOutput>> part = [.. _answered.Take(count)];
        Contradiction<TInput, TOutput>? found = Check(part);
        for (int size = Math.Max(1, part.Count / 2); size >= 1 && _checks < _maximumChecks; size /= 2)
        {
            for (int start = 0; start < part.Count && _checks < _maximumChecks;)
            {
                List<Operation<TInput, TOutput>> smaller = [.. part.Take(start), .. part.Skip(start + size)];
                if (smaller.Count > 0 && Check(smaller) is { } shorter)
                {
                    (part, found) = (smaller, shorter);
                }
                else
                {
                    start += size;
                }
            }
        }

        return found;
    }

    /// <summary>How many of the answers, in the order in which they were given, contradict each other.</summary>
    private int FindShortestPrefix()
    {
        (int low, int high) = (1, _answered.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Check([.. _answered.Take(middle)]) is not null ? (low, middle) : (middle + 1, high);
        }

        return high;
    }

    /// <summary>Looks for an order that explains some of the answers.</summary>
    /// <returns>The contradiction; null if there is an order, or may be one.</returns>
    private Contradiction<TInput, TOutput>? Check(List<Operation<TInput, TOutput>> part)
    {
        _checks++;
        HashSet<object> kept = new(part, ReferenceEqualityComparer.Instance);
        long end = part.Max(static operation => operation.EndedAt!.Value);
        Operation<TInput, TOutput>[] others =
            [.. operations.Where(operation => !kept.Contains(operation) && MayTakeEffectBefore(end, operation))];
        Operation<TInput, TOutput>[] ordered = [.. part.OrderBy(static operation => operation.BeganAt)];
        return _repeatable.Find(ordered, others) ?? CheckEachOnce(ordered, others);
    }

    private Contradiction<TInput, TOutput>? CheckEachOnce(Operation<TInput, TOutput>[] part, Operation<TInput, TOutput>[] others)
    {
        SearchLimits limits = new(StepsPerCheck, BytesPerCheck, deadline: long.MaxValue, CancellationToken.None);
        LinearizationSearch<TState, TInput, TOutput> search = new(model, [.. part, .. others.Select(Weaken)], limits);
        return search.Run() == LinearizabilityVerdict.NotLinearizable ? Describe(part, search) : null;
    }

    private static bool MayTakeEffectBefore(long end, Operation<TInput, TOutput> operation) =>
        operation.BeganAt <= end && operation.Outcome != OperationOutcome.Rejected;

    private static Operation<TInput, TOutput> Weaken(Operation<TInput, TOutput> operation) =>
        new(operation.Client, operation.Input, operation.BeganAt);

    private Contradiction<TInput, TOutput> Describe(
        Operation<TInput, TOutput>[] part, LinearizationSearch<TState, TInput, TOutput> search)
    {
        TState state = model.InitialState;
        foreach (Operation<TInput, TOutput> operation in search.Longest)
        {
            if (operation.Outcome == OperationOutcome.Completed)
            {
                model.Allows(state, operation.Input, operation.Output, out state);
            }
            else if (operation.Outcome == OperationOutcome.Unknown)
            {
                state = model.Apply(state, operation.Input, out _);
            }
        }

        Operation<TInput, TOutput> misfit = search.NotPlaced[0];
        return new Contradiction<TInput, TOutput>(part, search.Longest, misfit, model.DescribeAnswer(state, misfit.Input));
    }
}
