namespace Raft.Testing.Tests.Linearizability;

/// <summary>
/// The definition of linearizability, tried out: is there an order of the operations, with or without each unknown one, that
/// explains all outputs and keeps the order of time?
/// </summary>
internal static class EveryOrder
{
    public static bool Explains(IReadOnlyList<Operation<KeyedInput, int>> operations) => Explains([.. operations], state: 0);

    private static bool Explains(List<Operation<KeyedInput, int>> left, int state)
    {
        if (left.All(static operation => operation.Outcome == OperationOutcome.Unknown))
        {
            return true;
        }

        foreach (Operation<KeyedInput, int> next in left)
        {
            bool mayBeNext = left.All(other => other == next || other.Outcome == OperationOutcome.Unknown || other.EndedAt > next.BeganAt);
            int after = KeyedRegister.Model.Apply(state, next.Input, out int output);
            if (mayBeNext && (next.Outcome == OperationOutcome.Unknown || output == next.Output)
                && Explains([.. left.Where(other => other != next)], after))
            {
                return true;
            }
        }

        return false;
    }
}
