namespace Raft.Testing.Tests.Linearizability;

/// <summary>
/// The definition of linearizability, tried out: is there an order of the operations, with or without each unknown one, that
/// explains all outputs and keeps the order of time?
/// </summary>
internal static class EveryOrder
{
    public static bool Explains<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> operations)
        where TState : notnull =>
        Explains(model, [.. operations], model.InitialState);

    private static bool Explains<TState, TInput, TOutput>(
        SequentialModel<TState, TInput, TOutput> model, List<Operation<TInput, TOutput>> left, TState state)
        where TState : notnull
    {
        if (left.TrueForAll(static operation => operation.Outcome == OperationOutcome.Unknown))
        {
            return true;
        }

        foreach (Operation<TInput, TOutput> next in left)
        {
            bool isUnknown = next.Outcome == OperationOutcome.Unknown;
            bool mayBeNext = left.TrueForAll(other => other.Outcome == OperationOutcome.Unknown || other.EndedAt >= next.BeganAt);
            TState after = model.Apply(state, next.Input, out TOutput output);
            if (mayBeNext && (isUnknown || EqualityComparer<TOutput>.Default.Equals(output, next.Output))
                && Explains(model, left.FindAll(other => !ReferenceEquals(other, next)), after))
            {
                return true;
            }
        }

        return false;
    }
}
