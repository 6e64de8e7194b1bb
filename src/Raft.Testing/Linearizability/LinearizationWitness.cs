namespace Raft.Testing;

/// <summary>
/// An order of operations that is known beforehand, such as that of a replicated log. If it explains what was seen, no search
/// is needed, which could take too long where many operations were abandoned.
/// </summary>
internal static class LinearizationWitness
{
    /// <summary>Whether an order has every answered operation, keeps to real time, and gives each what it was answered.</summary>
    public static bool Explains<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model,
        IEnumerable<Operation<TInput, TOutput>> operations,
        IEnumerable<Operation<TInput, TOutput>> order)
        where TState : notnull
    {
        HashSet<object> placed = new(ReferenceEqualityComparer.Instance);
        TState state = model.InitialState;
        long latestBegin = -1;
        foreach (Operation<TInput, TOutput> operation in order)
        {
            bool isAnswered = operation.IsAnswered;
            if (!placed.Add(operation) || (isAnswered && operation.EndedAt < latestBegin))
            {
                return false; // it ended before an operation that precedes it in the order began
            }

            latestBegin = Math.Max(latestBegin, operation.BeganAt);
            if (!isAnswered)
            {
                state = model.Apply(state, operation.Input, out _);
            }
            else if (operation.Outcome == OperationOutcome.Rejected)
            {
                if (!model.AllowsRejection(state, operation.Input, operation.Rejection ?? string.Empty))
                {
                    return false;
                }
            }
            else if (!model.Allows(state, operation.Input, operation.Output, out state))
            {
                return false;
            }
        }

        return operations.All(operation => !operation.IsAnswered || placed.Contains(operation));
    }
}
