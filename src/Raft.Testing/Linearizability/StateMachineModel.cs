namespace Raft.Testing;

/// <summary>Makes models from state machines.</summary>
public static class StateMachineModel
{
    /// <summary>Makes a model from a state machine.</summary>
    /// <typeparam name="TCommand">Its commands.</typeparam>
    /// <typeparam name="TResult">Its results.</typeparam>
    /// <param name="create">Makes an empty state machine: <c>() => new Bank()</c>.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The state machine has no snapshots.</exception>
    public static StateMachineModel<TCommand, TResult> Of<TCommand, TResult>(Func<StateMachine<TCommand, TResult>> create) => new(create);
}

/// <summary>
/// Your own state machine as the model of a history: what it answers is right. So a check finds what the cluster does wrong (lost, stale or
/// repeated effects), and not what the state machine does wrong.
/// </summary>
/// <typeparam name="TCommand">The commands.</typeparam>
/// <typeparam name="TResult">The results.</typeparam>
/// <remarks>
/// <para>
/// Each state is kept as its snapshot, and restored to apply a command to it. That is slower than a model of a few lines: check a history
/// of many operations for each key apart. A state machine may write the same state in different ways, but the search then takes longer.
/// </para>
/// <para>
/// A history does not say which index and time a command had, so a state machine whose answers depend on its
/// <see cref="CommandContext"/> cannot be the model of one. In a simulation it can: see
/// <see cref="SimulationReport{TCommand,TResult}.ThrowUnlessLinearizable()"/>.
/// </para>
/// <para>Safe to use from any thread.</para>
/// </remarks>
public sealed class StateMachineModel<TCommand, TResult> : SequentialModel<MachineState, TCommand, TResult>
{
    private readonly Func<StateMachine<TCommand, TResult>> _create;
    private readonly ICodec<TCommand> _commands;
    private readonly ICodec<TResult> _results;

    /// <summary>Makes a model from a state machine.</summary>
    /// <param name="create">Makes an empty state machine.</param>
    /// <exception cref="ArgumentException">The state machine has no snapshots.</exception>
    public StateMachineModel(Func<StateMachine<TCommand, TResult>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _create = create;
        StateMachine<TCommand, TResult> machine = create();
        _commands = machine.Commands;
        _results = machine.Results;
        InitialState = StateOf(machine);
    }

    /// <inheritdoc/>
    public override MachineState InitialState { get; }

    /// <summary>Applies a command.</summary>
    /// <param name="state">The state before it.</param>
    /// <param name="input">The command.</param>
    /// <param name="output">The result; the default value if the state machine rejects the command.</param>
    /// <returns>The state after it.</returns>
    public override MachineState Apply(MachineState state, TCommand input, out TResult output)
    {
        (MachineAnswer answer, MachineState next) = Apply(state, input);
        output = answer.Rejection is null ? _results.Read(answer.Result) : default!;
        return next;
    }

    /// <inheritdoc/>
    public override bool Allows(MachineState state, TCommand input, TResult output, out MachineState next)
    {
        (MachineAnswer answer, next) = Apply(state, input);
        if (answer.Rejection is not null)
        {
            return false;
        }

        // A codec may write what it has read in another way than it was written, such as the fields of an object in another order.
        byte[] encoded = Codec.Encode(_results, output);
        return answer.Result.AsSpan().SequenceEqual(encoded)
            || Codec.Encode(_results, _results.Read(answer.Result)).AsSpan().SequenceEqual(encoded);
    }

    /// <summary>Whether the state machine rejects a command, for this reason.</summary>
    /// <param name="state">The state.</param>
    /// <param name="input">The command.</param>
    /// <param name="reason">The message of the <see cref="CommandRejectedException"/>; empty for any.</param>
    /// <returns>Whether it does.</returns>
    public override bool AllowsRejection(MachineState state, TCommand input, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return Apply(state, input).Answer.Rejection is { } rejection
            && (reason.Length == 0 || string.Equals(reason, rejection, StringComparison.Ordinal));
    }

    internal override bool HasOneOutcome => true;

    internal override string DescribeAnswer(MachineState state, TCommand input)
    {
        MachineAnswer answer = Apply(state, input).Answer;
        return answer.Rejection is { } reason ? HistoryTable.Rejected(reason) : $"{_results.Read(answer.Result)}";
    }

    private (MachineAnswer Answer, MachineState Next) Apply(MachineState state, TCommand input)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMachine<TCommand, TResult> machine = _create();
        using MemoryStream snapshot = new(state.Snapshot, writable: false);
        Wait(() => ((IStateMachine)machine).RestoreAsync(snapshot, lastIncludedIndex: 1, CancellationToken.None));
        LogEntry entry = new(1, EntryKind.Command, Codec.Encode(_commands, input), SimulatedClock.Origin);
        MachineAnswer answer = new MachineReplay<TCommand, TResult>(machine).Apply(index: 2, entry);
        return (answer, answer.Rejection is null ? StateOf(machine) : state);
    }

    private static MachineState StateOf(StateMachine<TCommand, TResult> machine)
    {
        using ISnapshotCapture capture = ((IStateMachine)machine).Capture() ?? throw new ArgumentException(
            $"{machine.GetType().Name} has no snapshots, from which a check copies its state: override Capture and RestoreAsync, or "
                + $"write a {nameof(SequentialModel<,,>)}.");
        using MemoryStream content = new();
        Wait(() => capture.WriteToAsync(content, CancellationToken.None));
        return new MachineState(content.ToArray());
    }

    /// <summary>Memory needs no waiting, but a state machine may wait for something else, and then continue on any thread.</summary>
    private static void Wait(Func<ValueTask> start)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            start().AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
