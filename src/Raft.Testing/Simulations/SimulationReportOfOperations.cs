namespace Raft.Testing;

/// <summary>What a simulation with a state machine of your own did, and what its clients saw.</summary>
/// <typeparam name="TCommand">The commands.</typeparam>
/// <typeparam name="TResult">The results.</typeparam>
/// <param name="Summary">What it did, and whether it broke a rule.</param>
/// <param name="Operations">
/// What the clients asked and were answered, without what was refused: not taken into the log, or rejected by the state machine.
/// </param>
public sealed record SimulationReport<TCommand, TResult>(SimulationReport Summary, IReadOnlyList<Operation<TCommand, TResult>> Operations)
{
    /// <summary>The order in which the cluster's log has them; null if the run did not reach its end.</summary>
    internal IReadOnlyList<Operation<TCommand, TResult>>? Order { get; init; }

    /// <summary>Throws if a rule was broken.</summary>
    /// <exception cref="SimulationException">The violation.</exception>
    public void ThrowIfViolated() => Summary.ThrowIfViolated();

    /// <summary>Throws if a rule was broken, or if the clients saw what a single copy of the state could not have shown them.</summary>
    /// <typeparam name="TState">The state of the model.</typeparam>
    /// <param name="model">What the state machine is supposed to do.</param>
    /// <param name="options">The limits of the search; null for the defaults.</param>
    /// <exception cref="SimulationException">The violation; or the history is not linearizable, or could not be decided.</exception>
    public void ThrowUnlessLinearizable<TState>(
        SequentialModel<TState, TCommand, TResult> model, LinearizabilityOptions? options = null)
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ThrowIfViolated();
        if (Order is null || !LinearizationWitness.Explains(model, Operations, Order))
        {
            LinearizabilityChecker.Check(model, Operations, options).ThrowUnlessLinearizable();
        }
    }

    /// <summary>
    /// As the other overload, for each key apart: much quicker, where operations on different keys do not influence each other.
    /// </summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TState">The state of the model, of one key.</typeparam>
    /// <param name="model">What the state machine is supposed to do with one key.</param>
    /// <param name="keyOf">The key that a command concerns.</param>
    /// <param name="options">The limits of the search; null for the defaults.</param>
    /// <exception cref="SimulationException">The violation; or the history is not linearizable, or could not be decided.</exception>
    public void ThrowUnlessLinearizable<TKey, TState>(
        SequentialModel<TState, TCommand, TResult> model, Func<TCommand, TKey> keyOf, LinearizabilityOptions? options = null)
        where TKey : notnull
        where TState : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(keyOf);
        ThrowIfViolated();
        ILookup<TKey, Operation<TCommand, TResult>>? orders = Order?.ToLookup(operation => keyOf(operation.Input));
        if (orders is null || !Operations.GroupBy(operation => keyOf(operation.Input))
            .All(part => LinearizationWitness.Explains(model, part, orders[part.Key])))
        {
            LinearizabilityChecker.Check(model, Operations, keyOf, options).ThrowUnlessLinearizable();
        }
    }
}
