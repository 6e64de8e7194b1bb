namespace Raft.Testing;

/// <summary>
/// A model in which operations whose answers are not to be explained may still have the effects that go with these answers. Where a model
/// allows several answers, each with a state of its own, <see cref="SequentialModel{TState,TInput,TOutput}.Apply"/> gives only one of them.
/// </summary>
internal sealed class WeakenedModel<TState, TInput, TOutput>(SequentialModel<TState, TInput, TOutput> model)
    : SequentialModel<TState, WeakenedInput<TInput, TOutput>, TOutput>
    where TState : notnull
{
    public override TState InitialState => model.InitialState;

    public override TState Apply(TState state, WeakenedInput<TInput, TOutput> input, out TOutput output)
    {
        if (!input.IsAnswered)
        {
            return model.Apply(state, input.Input, out output);
        }

        output = input.Output;
        return model.Allows(state, input.Input, input.Output, out TState next) ? next : state;
    }

    public override bool Allows(TState state, WeakenedInput<TInput, TOutput> input, TOutput output, out TState next) =>
        model.Allows(state, input.Input, output, out next);

    public override bool AllowsRejection(TState state, WeakenedInput<TInput, TOutput> input, string reason) =>
        model.AllowsRejection(state, input.Input, reason);
}

/// <summary>What a client asked, and perhaps with which answer it takes effect.</summary>
/// <param name="Input">What was asked.</param>
/// <param name="IsAnswered">Whether it takes effect as with its answer, or not at all.</param>
/// <param name="Output">The answer.</param>
internal readonly record struct WeakenedInput<TInput, TOutput>(TInput Input, bool IsAnswered, TOutput Output);
