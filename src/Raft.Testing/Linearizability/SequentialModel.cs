namespace Raft.Testing;

/// <summary>
/// What a system is supposed to do, one operation after another: a history is linearizable if its operations could have
/// taken effect one at a time, each somewhere between its start and its end, with the outputs that were seen.
/// </summary>
/// <typeparam name="TState">
/// The state; immutable, and equal to another one if no operation can distinguish them. Arrays and immutable collections are not, nor are
/// records that contain them: a check throws an <see cref="ArgumentException"/>.
/// </typeparam>
/// <typeparam name="TInput">What a client asks. Equal inputs must have equal effects.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
/// <remarks>Stateless: one model serves any number of checks, on any thread.</remarks>
public abstract class SequentialModel<TState, TInput, TOutput>
    where TState : notnull
{
    /// <summary>The state before the first operation.</summary>
    public abstract TState InitialState { get; }

    /// <summary>Performs an operation.</summary>
    /// <param name="state">The state before it, which must not be changed.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="output">What the answer must be.</param>
    /// <returns>The state after it.</returns>
    public abstract TState Apply(TState state, TInput input, out TOutput output);

    /// <summary>
    /// Whether an operation may have had an output, by default the one that <see cref="Apply"/> gives. Override it where several are right.
    /// </summary>
    /// <remarks>
    /// An operation with an unknown outcome is given to <see cref="Apply"/> alone. If other outputs would lead to other states, a check
    /// may call a history wrong that is right: complete such operations, or leave the choice out of the state.
    /// </remarks>
    /// <param name="state">The state before it, which must not be changed.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="output">What was answered.</param>
    /// <param name="next">The state after it.</param>
    /// <returns>Whether that is right.</returns>
    public virtual bool Allows(TState state, TInput input, TOutput output, out TState next)
    {
        next = Apply(state, input, out TOutput expected);
        return EqualityComparer<TOutput>.Default.Equals(expected, output);
    }

    /// <summary>
    /// Whether an operation may have been rejected by the state machine, which leaves the state as it is. By default always: the model does
    /// not know what is rejected.
    /// </summary>
    /// <param name="state">The state, which must not be changed.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="reason">The reason that was given; empty if none is known.</param>
    /// <returns>Whether that is right.</returns>
    public virtual bool AllowsRejection(TState state, TInput input, string reason) => true;

    /// <summary>Whether an operation leads to the state of <see cref="Apply"/>, whatever its answer is.</summary>
    internal virtual bool HasOneOutcome => ((AllowsMethod)Allows).Method.DeclaringType == typeof(SequentialModel<TState, TInput, TOutput>);

    /// <summary>What the answer would be, for people.</summary>
    internal virtual string DescribeAnswer(TState state, TInput input)
    {
        Apply(state, input, out TOutput output);
        return $"{output}";
    }

    private delegate bool AllowsMethod(TState state, TInput input, TOutput output, out TState next);
}
