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

    private readonly int _maximumChecks = Math.Clamp(OperationsInAllChecks / Math.Max(1, operations.Count), 30, 200);
    private int _checks;

    /// <summary>Shortens the history.</summary>
    /// <returns>The contradiction; null if none was found within the limits.</returns>
    public Contradiction<TInput, TOutput>? Find()
    {
        int count = FindShortestPrefix();
        List<Operation<TInput, TOutput>> part = [.. _answered.Take(count)];
        for (int size = Math.Max(1, part.Count / 2); _checks < _maximumChecks; size /= 2)
        {
            for (int start = 0; start < part.Count && _checks < _maximumChecks;)
            {
                List<Operation<TInput, TOutput>> smaller = [.. part.Take(start), .. part.Skip(start + size)];
                if (smaller.Count > 0 && Check(smaller) is not null)
                {
                    part = smaller;
                }
                else
                {
                    start += size;
                }
            }

            if (size == 1)
            {
                break;
            }
        }

        return Check(part) is { } search ? Describe(part, search) : null;
    }

    /// <summary>How many of the answers, in the order in which they were given, contradict each other.</summary>
    private int FindShortestPrefix()
    {
        (int low, int high) = (1, _answered.Length);
        while (low < high && _checks < _maximumChecks)
        {
            int middle = (low + high) / 2;
            (low, high) = Check(_answered.Take(middle)) is not null ? (low, middle) : (middle + 1, high);
        }

        return high;
    }

    /// <summary>Looks for an order that explains some of the answers.</summary>
    /// <returns>The search that found none; null if there is one, or may be one.</returns>
    private LinearizationSearch<TState, TInput, TOutput>? Check(IEnumerable<Operation<TInput, TOutput>> part)
    {
        _checks++;
        HashSet<object> kept = new(part, ReferenceEqualityComparer.Instance);
        long end = kept.Max(static operation => ((Operation<TInput, TOutput>)operation).EndedAt!.Value);
        Operation<TInput, TOutput>[] weakened =
        [
            .. operations.Where(operation => kept.Contains(operation) || MayTakeEffectBefore(end, operation))
                .Select(operation => kept.Contains(operation) ? operation : Weaken(operation)),
        ];
        SearchLimits limits = new(StepsPerCheck, BytesPerCheck, deadline: long.MaxValue, CancellationToken.None);
        LinearizationSearch<TState, TInput, TOutput> search = new(model, weakened, limits);
        return search.Run() == LinearizabilityVerdict.NotLinearizable ? search : null;
    }

    private static bool MayTakeEffectBefore(long end, Operation<TInput, TOutput> operation) =>
        operation.BeganAt <= end && operation.Outcome != OperationOutcome.Rejected;

    private static Operation<TInput, TOutput> Weaken(Operation<TInput, TOutput> operation) =>
        new(operation.Client, operation.Input, operation.BeganAt);

    private Contradiction<TInput, TOutput> Describe(
        List<Operation<TInput, TOutput>> part, LinearizationSearch<TState, TInput, TOutput> search)
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
        return new Contradiction<TInput, TOutput>(
            [.. part.OrderBy(static operation => operation.BeganAt)], search.Longest, misfit, model.DescribeAnswer(state, misfit.Input));
    }
}
