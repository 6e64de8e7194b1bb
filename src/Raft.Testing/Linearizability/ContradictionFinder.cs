namespace Raft.Testing;

/// <summary>
/// Shortens a history that is not linearizable. It never leaves out an operation that may have taken effect: it takes its answer for
/// unknown, which allows more orders. So what remains contradicts itself in the whole history too. What began after the last answer that is
/// left matters no more.
/// </summary>
internal sealed class ContradictionFinder<TState, TInput, TOutput>
    where TState : notnull
{
    private const int OperationsInAllChecks = 2_000_000;
    private const int StepsPerCheck = 20_000;
    private const long MostBytes = 128 << 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private readonly SequentialModel<TState, TInput, TOutput> _model;
    private readonly IReadOnlyCollection<Operation<TInput, TOutput>> _operations;
    private readonly Operation<TInput, TOutput>[] _answered;
    private readonly RepeatableOrders<TState, TInput, TOutput> _repeatable;
    private readonly OrdersOfWeakened<TState, TInput, TOutput> _weakened;
    private readonly TimeProvider _clock;
    private readonly long _deadline;
    private readonly int _maximumChecks;
    private Contradiction<TInput, TOutput>? _shortest;
    private int _checks;

    private ContradictionFinder(
        SequentialModel<TState, TInput, TOutput> model,
        IReadOnlyCollection<Operation<TInput, TOutput>> operations,
        LinearizabilityOptions options,
        TimeSpan timeLimit,
        TimeProvider clock)
    {
        _model = model;
        _operations = operations;
        _answered = [.. operations.Where(static operation => operation.IsAnswered).OrderBy(static operation => operation.EndedAt)];
        _clock = clock;
        _deadline = timeLimit == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : clock.GetTimestamp() + (long)(timeLimit.TotalSeconds * clock.TimestampFrequency);
        SearchLimits limits = new(
            StepsPerCheck, Math.Min(MostBytes, options.MaximumMemory), _deadline, options.CancellationToken, clock);
        _repeatable = new RepeatableOrders<TState, TInput, TOutput>(model, limits);
        _weakened = new OrdersOfWeakened<TState, TInput, TOutput>(model, limits);
        _maximumChecks = Math.Clamp(OperationsInAllChecks / Math.Max(1, operations.Count), 30, 200);
    }

    private bool MayContinue => _checks < _maximumChecks && _clock.GetTimestamp() < _deadline;

    /// <summary>Shortens a history.</summary>
    /// <param name="model">What the system is supposed to do.</param>
    /// <param name="operations">The history.</param>
    /// <param name="options">The limits of the check that found it wrong.</param>
    /// <param name="timeLimit">
    /// How long to try; null for two seconds. With <see cref="Timeout.InfiniteTimeSpan"/>, the result does not depend on the clock.
    /// </param>
    /// <param name="clock">The clock of the limit; null for the one of the system.</param>
    /// <returns>The shortest contradiction that was found; null if none was found within the limits.</returns>
    public static Contradiction<TInput, TOutput>? Find(
        SequentialModel<TState, TInput, TOutput> model,
        IReadOnlyCollection<Operation<TInput, TOutput>> operations,
        LinearizabilityOptions options,
        TimeSpan? timeLimit = null,
        TimeProvider? clock = null)
    {
        ContradictionFinder<TState, TInput, TOutput>? finder = null;
        try
        {
            finder = new ContradictionFinder<TState, TInput, TOutput>(
                model, operations, options, timeLimit ?? TimeLimit, clock ?? TimeProvider.System);
            finder.Find();
        }
        // That the history is wrong is known, and must be reported. A model may throw in states that only a part of the history leads to,
        // and a token may be cancelled by the time that somebody reads the report.
        catch (Exception)
        {
            // What was found before is right.
        }

        return finder?._shortest;
    }

    private void Find()
    {
        int count = FindShortestPrefix();
        if (Check([_answered[count - 1]]) is { } alone)
        {
            _shortest = alone;
            return;
        }

        List<Operation<TInput, TOutput>> part = [.. _answered.Take(count)];
        _shortest ??= Check(part);
        for (int size = Math.Max(1, part.Count / 2); size >= 1 && MayContinue; size /= 2)
        {
            for (int start = 0; start < part.Count && MayContinue;)
            {
                List<Operation<TInput, TOutput>> smaller = [.. part.Take(start), .. part.Skip(start + size)];
                if (smaller.Count > 0 && Check(smaller) is { } shorter)
                {
                    (part, _shortest) = (smaller, shorter);
                }
                else
                {
                    start += size;
                }
            }
        }
    }

    /// <summary>How many of the answers, in the order in which they were given, contradict each other.</summary>
    private int FindShortestPrefix()
    {
        (int low, int high) = (1, _answered.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            Contradiction<TInput, TOutput>? found = Check([.. _answered.Take(middle)]);
            _shortest = found ?? _shortest;
            (low, high) = found is not null ? (low, middle) : (middle + 1, high);
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
            [.. _operations.Where(operation => !kept.Contains(operation) && MayTakeEffectBefore(end, operation))];
        Operation<TInput, TOutput>[] ordered = [.. part.OrderBy(static operation => operation.BeganAt)];
        return _repeatable.Find(ordered, others) ?? _weakened.Find(ordered, others);
    }

    private static bool MayTakeEffectBefore(long end, Operation<TInput, TOutput> operation) =>
        operation.BeganAt <= end && operation.Outcome != OperationOutcome.Rejected;
}
