using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// Finds out whether a history is linearizable: the search of Wing and Gong, with Lowe's memory of what was tried, for each
/// key apart.
/// </summary>
/// <remarks>
/// The search may take very long for many operations under way at once, so it has a limit, beyond which the verdict is
/// <see cref="LinearizabilityVerdict.Undecided"/>. A history whose operations concern keys that do not influence each
/// other is linearizable if it is so for each key (Herlihy and Wing), and is much quicker checked that way.
/// </remarks>
public static class LinearizabilityChecker
{
    /// <summary>How many steps a check tries unless said otherwise.</summary>
    public const long DefaultStepLimit = 50_000_000;

    private const int OperationsShown = 20;

    /// <summary>Checks a history.</summary>
    /// <typeparam name="TState">The state of the model.</typeparam>
    /// <typeparam name="TInput">What a client asks.</typeparam>
    /// <typeparam name="TOutput">What it is answered.</typeparam>
    /// <param name="model">What the system is supposed to do.</param>
    /// <param name="operations">The operations; <see cref="OperationOutcome.Refused"/> ones are left out.</param>
    /// <param name="stepLimit">How many steps to try at most; 1 or more.</param>
    /// <returns>The verdict.</returns>
    public static LinearizabilityResult Check<TState, TInput, TOutput>(
        SequentialModel<TState,
        TInput,
        TOutput> model,
        IEnumerable<Operation<TInput,
        TOutput>> operations,
        long stepLimit = DefaultStepLimit)
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepLimit, 1);
        Operation<TInput, TOutput>[] relevant = [.. operations.Where(static operation => operation.Outcome != OperationOutcome.Refused)];
        LinearizationSearch<TState, TInput, TOutput> search = new(model, relevant, stepLimit);
        LinearizabilityVerdict verdict = search.Run();
        return new LinearizabilityResult(verdict, Explain(verdict, search, stepLimit), search.Steps);
    }

    /// <summary>Checks a history for each key apart.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TState">The state of the model, of one key.</typeparam>
    /// <typeparam name="TInput">What a client asks.</typeparam>
    /// <typeparam name="TOutput">What it is answered.</typeparam>
    /// <param name="model">What the system is supposed to do with one key.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="keyOf">The key that an operation concerns.</param>
    /// <param name="stepLimit">How many steps to try at most for a key; 1 or more.</param>
    /// <returns>The verdict: of several, the worst.</returns>
    public static LinearizabilityResult Check<TKey, TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        IEnumerable<Operation<TInput, TOutput>> operations,
        Func<TInput, TKey> keyOf,
        long stepLimit = DefaultStepLimit)
        where TKey : notnull
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentNullException.ThrowIfNull(keyOf);
        long steps = 0;
        LinearizabilityResult? undecided = null;
        foreach (IGrouping<TKey, Operation<TInput, TOutput>> part in operations.GroupBy(operation => keyOf(operation.Input)))
        {
            LinearizabilityResult result = Check(model, part, stepLimit);
            steps += result.Steps;
            if (result.Verdict == LinearizabilityVerdict.NotLinearizable)
            {
                return result with { Explanation = $"For key '{part.Key}': {result.Explanation}", Steps = steps };
            }

            if (result.Verdict == LinearizabilityVerdict.Undecided)
            {
                undecided ??= result with { Explanation = $"For key '{part.Key}': {result.Explanation}" };
            }
        }

        return undecided is null
            ? new LinearizabilityResult(LinearizabilityVerdict.Linearizable, "Every key has an order that explains what was seen.", steps)
            : undecided with { Steps = steps };
    }

    private static string Explain<TState, TInput, TOutput>(
        LinearizabilityVerdict verdict, LinearizationSearch<TState, TInput, TOutput> search, long stepLimit)
        where TState : notnull
    {
        if (verdict == LinearizabilityVerdict.Linearizable)
        {
            return "There is an order that explains what was seen.";
        }

        StringBuilder text = new();
        text.Append(verdict == LinearizabilityVerdict.NotLinearizable
            ? "The history is not linearizable: no order of its operations explains what was seen. "
            : string.Create(CultureInfo.InvariantCulture, $"Undecided: {stepLimit} steps did not suffice. "));
        text.Append(CultureInfo.InvariantCulture, $"The longest order that was found has {search.Longest.Count} operations; it ends with:");
        foreach (Operation<TInput, TOutput> operation in search.Longest.Skip(search.Longest.Count - OperationsShown))
        {
            text.AppendLine().Append("  ").Append(operation);
        }

        text.AppendLine().Append("The next ones that must find a place, and do not:");
        foreach (Operation<TInput, TOutput> operation in search.NotPlaced.Take(OperationsShown))
        {
            text.AppendLine().Append("  ").Append(operation);
        }

        return text.ToString();
    }
}
