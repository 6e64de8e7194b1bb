namespace Raft.Testing;

/// <summary>Looks for an order that explains some operations, if all others may have taken effect once, or never.</summary>
internal sealed class OrdersOfWeakened<TState, TInput, TOutput>(SequentialModel<TState, TInput, TOutput> model, SearchLimits limits)
    where TState : notnull
{
    private readonly WeakenedModel<TState, TInput, TOutput> _weakened = new(model);

    /// <summary>Looks for an order.</summary>
    /// <param name="kept">The operations whose answers are to be explained, as they began.</param>
    /// <param name="others">The others that may take effect.</param>
    /// <returns>The contradiction; null if there is an order, or the search reached a limit.</returns>
    public Contradiction<TInput, TOutput>? Find(
        IReadOnlyList<Operation<TInput, TOutput>> kept, IReadOnlyList<Operation<TInput, TOutput>> others)
    {
        Dictionary<object, Operation<TInput, TOutput>> originals = new(ReferenceEqualityComparer.Instance);
        foreach (Operation<TInput, TOutput> operation in kept)
        {
            originals.Add(Keep(operation), operation);
        }

        foreach (Operation<TInput, TOutput> operation in others)
        {
            originals.Add(WithoutAnswer(operation), operation);
        }

        Operation<WeakenedInput<TInput, TOutput>, TOutput>[] operations =
            [.. originals.Keys.Cast<Operation<WeakenedInput<TInput, TOutput>, TOutput>>()];
        LinearizationSearch<TState, WeakenedInput<TInput, TOutput>, TOutput> search = new(_weakened, operations, limits.Again());
        return search.Run() == LinearizabilityVerdict.NotLinearizable ? Describe(kept, search, originals) : null;
    }

    private static Operation<WeakenedInput<TInput, TOutput>, TOutput> Keep(Operation<TInput, TOutput> operation) =>
        new(operation.Client, new WeakenedInput<TInput, TOutput>(operation.Input, IsAnswered: false, default!), operation.BeganAt)
        {
            Outcome = operation.Outcome,
            Output = operation.Output,
            EndedAt = operation.EndedAt,
            Rejection = operation.Rejection,
        };

    private Operation<WeakenedInput<TInput, TOutput>, TOutput> WithoutAnswer(Operation<TInput, TOutput> operation)
    {
        bool isAnswered = operation.Outcome == OperationOutcome.Completed && !model.HasOneOutcome;
        WeakenedInput<TInput, TOutput> input = new(operation.Input, isAnswered, isAnswered ? operation.Output : default!);
        return new Operation<WeakenedInput<TInput, TOutput>, TOutput>(operation.Client, input, operation.BeganAt);
    }

    private Contradiction<TInput, TOutput> Describe(
        IReadOnlyList<Operation<TInput, TOutput>> kept,
        LinearizationSearch<TState, WeakenedInput<TInput, TOutput>, TOutput> search,
        Dictionary<object, Operation<TInput, TOutput>> originals)
    {
        TState state = model.InitialState;
        foreach (Operation<WeakenedInput<TInput, TOutput>, TOutput> operation in search.Longest)
        {
            if (operation.Outcome == OperationOutcome.Completed)
            {
                _weakened.Allows(state, operation.Input, operation.Output, out state);
            }
            else if (operation.Outcome == OperationOutcome.Unknown)
            {
                state = _weakened.Apply(state, operation.Input, out _);
            }
        }

        Operation<TInput, TOutput> misfit = originals[search.NotPlaced[0]];
        Operation<TInput, TOutput>[] order = [.. search.Longest.Select(operation => originals[operation])];
        return new Contradiction<TInput, TOutput>(kept, order, misfit, model.DescribeAnswer(state, misfit.Input));
    }
}
