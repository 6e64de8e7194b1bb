using System.Globalization;

namespace Raft.Testing;

/// <summary>What every <see cref="IStateMachine"/> must keep to, tried with random commands.</summary>
/// <typeparam name="TMachine">The machine.</typeparam>
/// <remarks>
/// The machines are used as a node uses them: batch after batch, one call at a time, with gaps between the indexes where
/// entries of the algorithm are. The clauses may be run on any thread, and at the same time if the machines share nothing.
/// </remarks>
public sealed partial class StateMachineContract<TMachine> : PortContract
    where TMachine : IStateMachine
{
    private readonly Func<TMachine> _create;
    private readonly Func<SeededRandom, ReadOnlyMemory<byte>> _nextCommand;
    private readonly Func<TMachine, string>? _digest;
    private readonly Func<TMachine, TMachine>? _reopen;

    /// <summary>Makes the suite for a machine that has bytes as commands.</summary>
    /// <param name="create">Makes an empty machine.</param>
    /// <param name="nextCommand">
    /// Draws a command. It should draw every kind, including commands that are rejected, and few keys, so that commands meet.
    /// </param>
    /// <param name="digest">
    /// Describes the whole state of a machine: equal for equal states, different for different ones. Null if there is no such
    /// thing.
    /// </param>
    /// <param name="reopen">
    /// Makes a machine over the durable state of another, which is not used any more; null if the state is not durable.
    /// </param>
    public StateMachineContract(
        Func<TMachine> create,
        Func<SeededRandom, ReadOnlyMemory<byte>> nextCommand,
        Func<TMachine, string>? digest = null,
        Func<TMachine, TMachine>? reopen = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(nextCommand);
        (_create, _nextCommand, _digest, _reopen) = (create, nextCommand, digest, reopen);
        Add(NewMachineHasAppliedNothing, "A new machine has applied nothing: AppliedIndex is 0.");
        Add(EveryCommandIsAnswered, "Each command is given one result, or rejected.");
        Add(SameCommandsGiveSameResults, "The same commands give the same results, and lead to the same state, in every instance.");
        Add(BatchBoundariesDoNotMatter, "How the commands are cut into batches changes no result and no state.");
        Add(SurroundingsDoNotMatter, "The culture of the thread and the time of day change no result and no state.");
        Add(ResultsDoNotChangeAfterwards, "The memory of a result does not change after it was given.");
        AddSurroundings();
        if (digest is not null)
        {
            Add(RejectionLeavesTheStateUnchanged, "A command that is rejected changes nothing.");
        }

        if (reopen is not null)
        {
            Add(
                AppliedIndexIsDurableWithTheState,
                "AppliedIndex is stored with the state: a machine that is opened again continues after it, with the same results.");
        }

        if (create() is IStateDigest)
        {
            Add(
                DigestFollowsFromTheState,
                "The digest is the same after the same commands, in any batches, and after a restoration. A rejected command leaves it.");
        }

        if (Captures(create()))
        {
            Add(
                RestoredMachineMatchesTheCapturedOne,
                "A machine that is restored from a capture gives the same results, and reaches the same state, as the captured one.");
            Add(
                LaterCommandsDoNotChangeACapture,
                "A capture is written as the state was when it was captured, though commands were applied since.");
            AddOfRestored();
            Add(RestoreReplacesAllFormerState, "Nothing is left of the state that a machine had before it was restored.");
            if (reopen is not null)
            {
                Add(AppliedIndexIsRestoredWithTheState, "AppliedIndex of a restored machine is the index of the snapshot, durably.");
            }
        }
    }

    /// <summary>How many commands each clause applies. Default 300.</summary>
    public int Commands { get; init; } = 300;

    /// <summary>What the commands are drawn from. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A new machine has applied nothing.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task NewMachineHasAppliedNothing() => Check(nameof(NewMachineHasAppliedNothing), trial =>
    {
        trial.Note("made a machine");
        long applied = _create().AppliedIndex;
        trial.Require(applied == 0, $"AppliedIndex is {applied}.");
        return Task.CompletedTask;
    });

    /// <summary>Each command is given one result, or rejected.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task EveryCommandIsAnswered() => Check(nameof(EveryCommandIsAnswered), async trial =>
    {
        AppliedCommands applied = await trial.ApplyAsync(_create(), BatchSizes.Random(3)).ConfigureAwait(false);
        foreach (long index in trial.CommandIndexes)
        {
            int answers = applied.AnswersTo(index);
            trial.Require(answers == 1, $"The command at index {index} was given {answers} results: {trial.DescribeCommand(index)}.");
        }
    });

    /// <summary>The same commands give the same results, and lead to the same state, in every instance.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SameCommandsGiveSameResults() => Check(
        nameof(SameCommandsGiveSameResults),
        trial => CompareAsync(trial, BatchSizes.Random(4), BatchSizes.Random(4), static apply => apply()));

    /// <summary>How the commands are cut into batches changes no result and no state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task BatchBoundariesDoNotMatter() => Check(nameof(BatchBoundariesDoNotMatter), async trial =>
    {
        await CompareAsync(trial, BatchSizes.Fixed(1), BatchSizes.Fixed(int.MaxValue), static apply => apply()).ConfigureAwait(false);
        await CompareAsync(trial, BatchSizes.Random(5), BatchSizes.Random(6), static apply => apply()).ConfigureAwait(false);
    });

    /// <summary>The culture of the thread and the time of day change no result and no state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SurroundingsDoNotMatter() => Check(nameof(SurroundingsDoNotMatter), async trial =>
    {
        foreach (string name in OtherCultures.Names)
        {
            trial.Note($"changed the culture of the thread to {name}");
            await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(false); // so that the time is another
            await CompareAsync(trial, BatchSizes.Random(7), BatchSizes.Random(7), apply => InCultureAsync(name, apply))
                .ConfigureAwait(false);
        }
    });

    /// <summary>The memory of a result does not change after it was given.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ResultsDoNotChangeAfterwards() => Check(nameof(ResultsDoNotChangeAfterwards), async trial =>
    {
        AppliedCommands applied = await trial.ApplyAsync(_create(), BatchSizes.Random(8)).ConfigureAwait(false);
        long? changed = applied.FindChanged();
        trial.Require(changed is null, $"The result of the command at index {changed} changed after it was given.");
    });

    /// <summary>
    /// A command that is rejected changes nothing. For machines with a digest; holds if the generator draws none that is rejected.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task RejectionLeavesTheStateUnchanged() => Check(nameof(RejectionLeavesTheStateUnchanged), async trial =>
    {
        TMachine machine = _create();
        string before = _digest!(machine);
        foreach (long index in trial.CommandIndexes)
        {
            AppliedCommands applied = await trial.ApplyAsync(machine, BatchSizes.Fixed(1), index, index).ConfigureAwait(false);
            string after = _digest(machine);
            trial.Require(!applied.IsRejected(index) || before == after, $"{trial.DescribeCommand(index)} was rejected, and yet the state "
                + $"changed from '{before}' to '{after}'.");
            before = after;
        }
    });

    /// <summary>AppliedIndex is stored with the state. For machines that can be reopened.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task AppliedIndexIsDurableWithTheState() => Check(nameof(AppliedIndexIsDurableWithTheState), async trial =>
    {
        TMachine straight = _create();
        AppliedCommands expected = await trial.ApplyAsync(straight, BatchSizes.Random(9)).ConfigureAwait(false);
        TMachine machine = _create();
        AppliedCommands actual = new();
        long[] indexes = [.. trial.CommandIndexes];
        foreach (long[] part in indexes.Chunk(Math.Max(1, indexes.Length / 5)))
        {
            actual.Add(await trial.ApplyAsync(machine, BatchSizes.Random(10), part[0], part[^1]).ConfigureAwait(false));
            trial.Note("made a machine over the durable state");
            machine = _reopen!(machine);
            trial.Require(machine.AppliedIndex == part[^1], $"AppliedIndex is {machine.AppliedIndex}, though the last command that was "
                + $"applied is at {part[^1]}.");
        }

        RequireSame(trial, expected, actual, straight, machine);
    });

    private static async Task<AppliedCommands> InCultureAsync(string name, Func<Task<AppliedCommands>> apply)
    {
        (CultureInfo culture, CultureInfo ofTexts) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = OtherCultures.Find(name);
            return await apply().ConfigureAwait(false);
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, ofTexts);
        }
    }

    private async Task CompareAsync(
        StateMachineTrial trial, BatchSizes left, BatchSizes right, Func<Func<Task<AppliedCommands>>, Task<AppliedCommands>> surround)
    {
        TMachine one = _create();
        TMachine other = _create();
        AppliedCommands expected = await trial.ApplyAsync(one, left).ConfigureAwait(false);
        AppliedCommands actual = await surround(() => trial.ApplyAsync(other, right)).ConfigureAwait(false);
        RequireSame(trial, expected, actual, one, other);
    }

    private void RequireSame(StateMachineTrial trial, AppliedCommands expected, AppliedCommands actual, TMachine one, TMachine other)
    {
        foreach (long index in trial.CommandIndexes)
        {
            (string left, string right) = (expected.Describe(index), actual.Describe(index));
            trial.Require(left == right, $"At index {index}, {trial.DescribeCommand(index)} resulted in {left} in the first machine and "
                + $"in {right} in the second.");
        }

        if (_digest is not null)
        {
            (string left, string right) = (_digest(one), _digest(other));
            trial.Require(left == right, $"After the same commands, the state of the first machine is '{left}' and that of the second is "
                + $"'{right}'.");
        }
    }

    private async Task Check(string clause, Func<StateMachineTrial, Task> check)
    {
        SeededRandom random = new(Seed);
        ReadOnlyMemory<byte>[] commands = [.. Enumerable.Range(0, Commands).Select(_ => _nextCommand(random))];
        StateMachineTrial trial = new($"StateMachineContract<{typeof(TMachine).Name}>", Find(clause), commands, random.Fork());
        await trial.RunAsync(() => check(trial)).ConfigureAwait(false);
    }
}
