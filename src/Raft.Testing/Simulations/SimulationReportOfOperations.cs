namespace Raft.Testing;

/// <summary>What a simulation with a state machine of your own did, and what its clients saw.</summary>
/// <typeparam name="TCommand">The commands.</typeparam>
/// <typeparam name="TResult">The results.</typeparam>
/// <param name="Summary">What it did, and whether it broke a rule.</param>
/// <param name="Operations">
/// What the clients asked and were answered, without what was refused and so not taken into the log. A command that the state machine
/// rejected has the outcome <see cref="OperationOutcome.Rejected"/>.
/// </param>
public sealed record SimulationReport<TCommand, TResult>(SimulationReport Summary, IReadOnlyList<Operation<TCommand, TResult>> Operations)
{
    /// <summary>Makes the state machines.</summary>
    internal Func<StateMachine<TCommand, TResult>>? StateMachine { get; init; }

    /// <summary>The commands in the cluster's log; null if the run did not reach its end.</summary>
    internal IReadOnlyList<LoggedCommand<TCommand, TResult>>? Log { get; init; }

    /// <summary>The order in which the log has the operations.</summary>
    private IEnumerable<Operation<TCommand, TResult>>? Order => Log?.SelectMany(static command => command.Operations);

    /// <summary>Throws if a rule was broken.</summary>
    /// <exception cref="SimulationException">The violation.</exception>
    public void ThrowIfViolated() => Summary.ThrowIfViolated();

    /// <summary>
    /// Throws if a rule was broken, or if the clients saw what a single state machine could not have shown them. A new one, of your own
    /// class, applies the log of the cluster, each command with its own index, term and time: it must give all answers that the clients
    /// received, results as well as rejections, in an order that real time allows.
    /// </summary>
    /// <remarks>
    /// What the state machine itself does is right by definition. If you want that checked too, describe it by a
    /// <see cref="SequentialModel{TState,TInput,TOutput}"/>, and pass it to the other overloads.
    /// </remarks>
    /// <exception cref="SimulationException">The violation; or the shortest part of the history that contradicts itself.</exception>
    /// <exception cref="InvalidOperationException">The report was not made by <see cref="Simulation"/>.</exception>
    public void ThrowUnlessLinearizable()
    {
        ThrowIfViolated();
        if (StateMachine is null || Log is null)
        {
            throw new InvalidOperationException("This report has no log and no state machine: use the report that Simulation.Run returns.");
        }

        if (new OwnMachineCheck<TCommand, TResult>(StateMachine, Log, Operations).FindContradiction() is { } contradiction)
        {
            throw Summary.Failure("The history is not linearizable", contradiction);
        }
    }

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
            ThrowUnlessLinearizable(LinearizabilityChecker.Check(model, Operations, options));
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
            ThrowUnlessLinearizable(LinearizabilityChecker.Check(model, Operations, keyOf, options));
        }
    }

    private void ThrowUnlessLinearizable(LinearizabilityResult<TCommand, TResult> result)
    {
        if (result.Verdict != LinearizabilityVerdict.Linearizable)
        {
            string rule = result.Verdict == LinearizabilityVerdict.Undecided
                ? "Whether the history is linearizable is undecided"
                : "The history is not linearizable";
            throw Summary.Failure(rule, result.Explanation);
        }
    }
}
