namespace Raft.Testing;

// Snapshots, for machines that capture their state.
public sealed partial class StateMachineContract<TMachine>
{
    /// <summary>
    /// A machine that is restored from a capture continues as the captured one does. For machines that capture their state.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task RestoredMachineMatchesTheCapturedOne() => Check(nameof(RestoredMachineMatchesTheCapturedOne), trial => RestoreAsync(
        trial,
        async (capture, applyTheRest) =>
        {
            byte[] snapshot = await trial.WriteAsync(capture).ConfigureAwait(false);
            await applyTheRest().ConfigureAwait(false);
            return snapshot;
        },
        () => Task.FromResult(_create())));

    /// <summary>A capture is written as the state was when it was captured. For machines that capture their state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LaterCommandsDoNotChangeACapture() => Check(nameof(LaterCommandsDoNotChangeACapture), trial => RestoreAsync(
        trial,
        async (capture, applyTheRest) =>
        {
            await applyTheRest().ConfigureAwait(false);
            return await trial.WriteAsync(capture).ConfigureAwait(false);
        },
        () => Task.FromResult(_create())));

    /// <summary>Nothing is left of the state that a machine had before it was restored. For machines that capture their state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task RestoreReplacesAllFormerState() => Check(nameof(RestoreReplacesAllFormerState), trial => RestoreAsync(
        trial,
        async (capture, applyTheRest) =>
        {
            byte[] snapshot = await trial.WriteAsync(capture).ConfigureAwait(false);
            await applyTheRest().ConfigureAwait(false);
            return snapshot;
        },
        async () =>
        {
            TMachine former = _create();
            await trial.ApplyAsync(former, BatchSizes.Random(13)).ConfigureAwait(false);
            return former;
        }));

    /// <summary>
    /// AppliedIndex of a restored machine is the index of the snapshot. For machines that capture their state and can be reopened.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task AppliedIndexIsRestoredWithTheState() => Check(nameof(AppliedIndexIsRestoredWithTheState), async trial =>
    {
        TMachine machine = _create();
        long middle = trial.CommandIndexes.ElementAt(Commands / 2);
        await trial.ApplyAsync(machine, BatchSizes.Random(11), 1, middle).ConfigureAwait(false);
        using ISnapshotCapture capture = trial.Capture(machine);
        TMachine restored = _create();
        await trial.RestoreAsync(restored, await trial.WriteAsync(capture).ConfigureAwait(false), middle).ConfigureAwait(false);
        trial.Require(restored.AppliedIndex == middle, $"AppliedIndex is {restored.AppliedIndex}, where {middle} was restored.");
        trial.Note("made a machine over the durable state");
        TMachine reopened = _reopen!(restored);
        trial.Require(reopened.AppliedIndex == middle, $"AppliedIndex is {reopened.AppliedIndex}, where {middle} was restored.");
    });

    private static bool Captures(TMachine machine)
    {
        try
        {
            using ISnapshotCapture? capture = machine.Capture();
            return capture is not null;
        }
        // It has a capture that does not work: the clauses will say so.
        catch (Exception)
        {
            return true;
        }
    }

    /// <summary>Captures a machine in the middle of its log, restores another from that, and applies the rest to both.</summary>
    private async Task RestoreAsync(
        StateMachineTrial trial, Func<ISnapshotCapture, Func<Task>, Task<byte[]>> write, Func<Task<TMachine>> createToRestore)
    {
        foreach (double share in (double[])[0.02, 0.5, 1])
        {
            TMachine captured = _create();
            long index = trial.CommandIndexes.ElementAt((int)(share * (Commands - 1)));
            AppliedCommands expected = await trial.ApplyAsync(captured, BatchSizes.Random(11), 1, index).ConfigureAwait(false);
            AppliedCommands actual = new();
            actual.Add(expected);
            byte[] snapshot;
            using (ISnapshotCapture capture = trial.Capture(captured))
            {
                snapshot = await write(
                    capture,
                    async () => expected.Add(
                        await trial.ApplyAsync(captured, BatchSizes.Random(12), index + 1, long.MaxValue).ConfigureAwait(false)))
                    .ConfigureAwait(false);
            }

            TMachine restored = await createToRestore().ConfigureAwait(false);
            await trial.RestoreAsync(restored, snapshot, index).ConfigureAwait(false);
            actual.Add(await trial.ApplyAsync(restored, BatchSizes.Random(14), index + 1, long.MaxValue).ConfigureAwait(false));
            RequireSame(trial, expected, actual, captured, restored);
        }
    }
}
