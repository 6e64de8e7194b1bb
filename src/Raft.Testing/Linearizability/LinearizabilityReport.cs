using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>The text of a result.</summary>
internal static class LinearizabilityReport
{
    private const int Shown = 20;

    public static string Explain<TInput, TOutput>(LinearizabilityResult<TInput, TOutput> result)
    {
        if (result.Verdict == LinearizabilityVerdict.Linearizable)
        {
            return result.Parts is [{ Key: null }]
                ? "There is an order that explains what was seen."
                : "Every key has an order that explains what was seen.";
        }

        LinearizabilityPart<TInput, TOutput>[] parts = [.. result.Parts.Where(part => part.Verdict == result.Verdict)];
        StringBuilder text = new();
        if (parts[0].Key is { } key)
        {
            text.Append(CultureInfo.InvariantCulture, $"For key '{key}': ");
        }

        if (result.Verdict == LinearizabilityVerdict.NotLinearizable)
        {
            AppendContradiction(text, parts[0]);
            AppendOtherKeys(text, "Not linearizable either:", parts);
        }
        else
        {
            AppendLimit(text, parts[0]);
            AppendOtherKeys(text, "Undecided too:", parts);
        }

        return text.ToString();
    }

    private static void AppendContradiction<TInput, TOutput>(StringBuilder text, LinearizabilityPart<TInput, TOutput> part)
    {
        text.Append("The history is not linearizable: no order of its operations explains what was seen.");
        if (part.Shortest.Value is { } shortest)
        {
            AppendShortest(text, shortest, part.OperationCount);
            return;
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $" The longest order that was found has {part.LongestOrder.Count} operations; it ends with:");
        AppendLines(text, part.LongestOrder.Skip(part.LongestOrder.Count - Shown));
        text.AppendLine().Append("The next ones that must find a place, and do not:");
        AppendLines(text, part.NotPlaced.Take(Shown));
    }

    private static void AppendShortest<TInput, TOutput>(StringBuilder text, Contradiction<TInput, TOutput> shortest, int operations)
    {
        HistoryTable table = new();
        foreach (Operation<TInput, TOutput> operation in shortest.Operations)
        {
            table.Add(operation, expected: ReferenceEquals(operation, shortest.Misfit) ? shortest.Expected : null);
        }

        text.AppendLine().Append(
            CultureInfo.InvariantCulture,
            $"These {shortest.Operations.Count} of {operations} operations contradict each other, whatever the others did:");
        text.AppendLine().Append(table).AppendLine();
        text.Append(
            CultureInfo.InvariantCulture,
            $"The answer that should have been given is that of the model after "
            + $"{(shortest.Order.Count == 0 ? "nothing else" : "this order:")}");
        AppendLines(text, shortest.Order.Skip(shortest.Order.Count - Shown));
    }

    /// <summary>Names no operation: that one has no place yet is no reason to suspect it.</summary>
    private static void AppendLimit<TInput, TOutput>(StringBuilder text, LinearizabilityPart<TInput, TOutput> part)
    {
        int completed = part.LongestOrder.Count(static operation => operation.IsAnswered) + part.NotPlaced.Count;
        int unknown = part.OperationCount - completed;
        (string reached, string option) = part.Limit switch
        {
            LinearizabilityLimit.Steps =>
                (string.Create(CultureInfo.InvariantCulture, $"{part.Steps} steps did not suffice"), "MaximumSteps"),
            LinearizabilityLimit.Memory => ("the memory for what was tried did not suffice", "MaximumMemory"),
            _ => ("the time did not suffice", "TimeLimit"),
        };
        text.Append(
            CultureInfo.InvariantCulture,
            $"Undecided: {reached}. This does not mean that the history is wrong: orders are left that were not tried. "
            + $"So far, {completed - part.NotPlaced.Count} of {completed} completed operations have a place, after {part.Steps} steps; "
            + $"{unknown} operations have an unknown outcome. For a verdict, raise {nameof(LinearizabilityOptions)}.{option}; check each "
            + $"key apart, or use more keys; or record fewer operations at the same time, or fewer without an answer.");
    }

    private static void AppendOtherKeys<TInput, TOutput>(StringBuilder text, string title, LinearizabilityPart<TInput, TOutput>[] parts)
    {
        if (parts.Length == 1)
        {
            return;
        }

        text.AppendLine().Append(title).Append(' ').AppendJoin(", ", parts.Skip(1).Take(Shown).Select(static part => part.Key));
        if (parts.Length - 1 > Shown)
        {
            text.Append(CultureInfo.InvariantCulture, $", and {parts.Length - 1 - Shown} more");
        }
    }

    private static void AppendLines<TInput, TOutput>(StringBuilder text, IEnumerable<Operation<TInput, TOutput>> operations)
    {
        foreach (Operation<TInput, TOutput> operation in operations)
        {
            text.AppendLine().Append("  ").Append(operation);
        }
    }
}
