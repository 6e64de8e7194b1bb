using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Raft.Testing;

/// <summary>
/// Finds out whether a history is linearizable: the search of Wing and Gong, with Lowe's memory of what was tried, for each
/// key apart.
/// </summary>
/// <remarks>
/// The search may take very long for many operations under way at once, so it has limits, beyond which the verdict is
/// <see cref="LinearizabilityVerdict.Undecided"/>. A history whose operations concern keys that do not influence each
/// other is linearizable if it is so for each key (Herlihy and Wing), and is much quicker checked that way. Operations
/// that surely did not happen (<see cref="OperationOutcome.Refused"/>) are left out.
/// </remarks>
public static class LinearizabilityChecker
{
    /// <summary>Checks a history as a whole.</summary>
    /// <typeparam name="TState">The state of the model.</typeparam>
    /// <typeparam name="TInput">What a client asks.</typeparam>
    /// <typeparam name="TOutput">What it is answered.</typeparam>
    /// <param name="model">What the system is supposed to do.</param>
    /// <param name="operations">The operations, in any order.</param>
    /// <param name="options">The limits; null for the defaults.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentException">
    /// An operation contradicts itself, or is listed twice; or states of the model have no value equality. The message names it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static LinearizabilityResult<TInput, TOutput> Check<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        IEnumerable<Operation<TInput, TOutput>> operations,
        LinearizabilityOptions? options = null)
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operations);
        List<Operation<TInput, TOutput>> relevant = HistoryValidation.Validate(operations);
        return CheckParts(model, [(null, relevant)], options);
    }

    /// <summary>Checks a history for each key apart, several keys at a time.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TState">The state of the model, of one key.</typeparam>
    /// <typeparam name="TInput">What a client asks.</typeparam>
    /// <typeparam name="TOutput">What it is answered.</typeparam>
    /// <param name="model">What the system is supposed to do with one key. It is used on several threads.</param>
    /// <param name="operations">The operations, in any order.</param>
    /// <param name="keyOf">The key that an operation concerns.</param>
    /// <param name="options">The limits; null for the defaults.</param>
    /// <returns>The verdict: of several, the worst. All keys are checked, also after one is not linearizable.</returns>
    /// <exception cref="ArgumentException">
    /// An operation contradicts itself, or is listed twice; or states of the model have no value equality. The message names it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static LinearizabilityResult<TInput, TOutput> Check<TKey, TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        IEnumerable<Operation<TInput, TOutput>> operations,
        Func<TInput, TKey> keyOf,
        LinearizabilityOptions? options = null)
        where TKey : notnull
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentNullException.ThrowIfNull(keyOf);
        (object?, IReadOnlyCollection<Operation<TInput, TOutput>>)[] parts =
        [
            .. HistoryValidation.Validate(operations).GroupBy(operation => keyOf(operation.Input))
                .Select(static part => ((object?)part.Key, (IReadOnlyCollection<Operation<TInput, TOutput>>)[.. part])),
        ];
        return CheckParts(model, parts, options);
    }

    private static LinearizabilityResult<TInput, TOutput> CheckParts<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        (object? Key, IReadOnlyCollection<Operation<TInput, TOutput>> Operations)[] parts,
        LinearizabilityOptions? options)
        where TState : notnull
    {
        LinearizabilityOptions chosen = options ?? new LinearizabilityOptions();
        chosen.ThrowIfInvalid();
        int atOnce = Math.Max(1, Math.Min(chosen.MaximumParallelism, parts.Length));
        long deadline = chosen.TimeLimit is { } limit
            ? (long)Math.Min(long.MaxValue, Stopwatch.GetTimestamp() + (limit.TotalSeconds * Stopwatch.Frequency))
            : long.MaxValue;
        LinearizabilityPart<TInput, TOutput>[] results = new LinearizabilityPart<TInput, TOutput>[parts.Length];
        int[] largestFirst = [.. Enumerable.Range(0, parts.Length).OrderByDescending(index => parts[index].Operations.Count)];
        ForEach(largestFirst, CheckIndex, atOnce, chosen.CancellationToken); // so that no large one is left alone at the end
        return new LinearizabilityResult<TInput, TOutput>(results);

        void CheckIndex(int index)
        {
            SearchLimits limits = new(chosen.MaximumSteps, Math.Max(1, chosen.MaximumMemory / atOnce), deadline, chosen.CancellationToken);
            results[index] = CheckPart(model, parts[index].Key, parts[index].Operations, limits, chosen);
        }
    }

    private static void ForEach(int[] indexes, Action<int> check, int atOnce, CancellationToken cancellationToken)
    {
        if (atOnce == 1)
        {
            Array.ForEach(indexes, check);
            return;
        }

        try
        {
            Parallel.ForEach(
                Partitioner.Create(indexes, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
                check);
        }
        catch (AggregateException several)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]); // of the model
        }
    }

    private static LinearizabilityPart<TInput, TOutput> CheckPart<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        object? key,
        IReadOnlyCollection<Operation<TInput, TOutput>> operations,
        SearchLimits limits,
        LinearizabilityOptions options)
        where TState : notnull
    {
        LinearizationSearch<TState, TInput, TOutput> search = new(model, operations, limits);
        LinearizabilityVerdict verdict = search.Run();
        return new LinearizabilityPart<TInput, TOutput>
        {
            Key = key,
            Verdict = verdict,
            Limit = limits.Reached,
            Steps = limits.Steps,
            OperationCount = operations.Count,
            LongestOrder = search.Longest,
            NotPlaced = search.NotPlaced,
            Shortest = new Lazy<Contradiction<TInput, TOutput>?>(() => verdict == LinearizabilityVerdict.NotLinearizable
                ? ContradictionFinder<TState, TInput, TOutput>.Find(model, operations, options)
                : null),
        };
    }
}
