namespace Raft.Testing;

/// <summary>Makes a <see cref="StateMachineContract{TMachine}"/> for machines with typed commands.</summary>
public static class StateMachineContract
{
    /// <summary>Makes the suite for a <see cref="StateMachine{TCommand, TResult}"/>.</summary>
    /// <typeparam name="TMachine">The machine.</typeparam>
    /// <typeparam name="TCommand">Its commands.</typeparam>
    /// <typeparam name="TResult">Its results.</typeparam>
    /// <param name="create">Makes an empty machine.</param>
    /// <param name="nextCommand">
    /// Draws a command. It should draw every kind, including commands that are rejected, and few keys, so that commands meet:
    /// <see cref="SeededRandom.NextKey"/>.
    /// </param>
    /// <param name="digest">
    /// Describes the whole state of a machine: equal for equal states, different for different ones. Null if there is no such
    /// thing.
    /// </param>
    /// <param name="reopen">
    /// Makes a machine over the durable state of another, which is not used any more; null if the state is not durable.
    /// </param>
    /// <returns>The suite.</returns>
    public static StateMachineContract<TMachine> For<TMachine, TCommand, TResult>(
        Func<TMachine> create,
        Func<SeededRandom, TCommand> nextCommand,
        Func<TMachine, string>? digest = null,
        Func<TMachine, TMachine>? reopen = null)
        where TMachine : StateMachine<TCommand, TResult>
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(nextCommand);
        ICodec<TCommand> codec = create().Commands;
        return new StateMachineContract<TMachine>(create, random => Codec.Encode(codec, nextCommand(random)), digest, reopen);
    }
}
