using System.Globalization;

namespace Raft.Testing;

/// <summary>Refuses operations that contradict themselves: a verdict on them would be worth nothing.</summary>
internal static class HistoryValidation
{
    /// <summary>The operations that matter: all but those that surely did not happen.</summary>
    /// <exception cref="ArgumentException">An operation contradicts itself, or is listed twice.</exception>
    public static List<Operation<TInput, TOutput>> Validate<TInput, TOutput>(IEnumerable<Operation<TInput, TOutput>> operations)
    {
        List<Operation<TInput, TOutput>> relevant = [];
        Dictionary<object, int> places = new(ReferenceEqualityComparer.Instance);
        int place = 0;
        foreach (Operation<TInput, TOutput> operation in operations)
        {
            string? problem = operation is null ? "is null."
                : !places.TryAdd(operation, place) ? $"is listed twice: it is operation {places[operation]} too. List each once."
                : Find(operation);
            if (problem is not null)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Operation {place} of the history, '{operation}', {problem}"),
                    nameof(operations));
            }

            place++;
            if (operation!.Outcome != OperationOutcome.Refused)
            {
                relevant.Add(operation);
            }
        }

        return relevant;
    }

    private static string? Find<TInput, TOutput>(Operation<TInput, TOutput> operation) => operation switch
    {
        { HasOutcome: false, EndedAt: not null } =>
            "has an end but no outcome. Set Outcome to Completed if it was answered, or to Unknown if its client gave up.",
        { HasOutcome: false } when !EqualityComparer<TOutput>.Default.Equals(operation.Output, default) =>
            "has an output but no outcome. Set Outcome to Completed, and EndedAt.",
        { Outcome: < OperationOutcome.Unknown or > OperationOutcome.Rejected } =>
            $"has the outcome {(int)operation.Outcome}, which does not exist.",
        { Outcome: OperationOutcome.Completed, EndedAt: null } => "is completed but has no end. Set EndedAt to when its answer arrived.",
        { Outcome: OperationOutcome.Rejected, EndedAt: null } => "is rejected but has no end. Set EndedAt to when its answer arrived.",
        _ when operation.EndedAt < operation.BeganAt => string.Create(
            CultureInfo.InvariantCulture,
            $"ends at {operation.EndedAt}, before it begins at {operation.BeganAt}. Read both from a clock that never goes back."),
        _ => null,
    };
}
