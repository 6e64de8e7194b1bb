namespace Raft.Testing;

// Digests, for machines that offer one.
public sealed partial class StateMachineContract<TMachine>
{
    /// <summary>
    /// The digest is the same after the same commands, and after a restoration; a rejected command leaves it, and a change of the state, if
    /// the suite has a digest of it in text, changes it. For machines with <see cref="IStateDigest"/>.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task DigestFollowsFromTheState() => Check(nameof(DigestFollowsFromTheState), async trial =>
    {
        TMachine oneByOne = _create();
        string? before = _digest?.Invoke(oneByOne);
        foreach (long index in trial.CommandIndexes)
        {
            ulong? former = DigestOf(oneByOne);
            AppliedCommands applied = await trial.ApplyAsync(oneByOne, BatchSizes.Fixed(1), index, index).ConfigureAwait(false);
            ulong? latter = DigestOf(oneByOne);
            trial.Require(!applied.IsRejected(index) || former == latter, $"{trial.DescribeCommand(index)} was rejected, and yet the "
                + $"digest changed from {Text(former)} to {Text(latter)}.");
            string? after = _digest?.Invoke(oneByOne);
            trial.Require(before == after || former != latter || latter is null, $"{trial.DescribeCommand(index)} changed the state from "
                + $"'{before}' to '{after}', and the digest is {Text(latter)} as before.");
            before = after;
        }

        TMachine atOnce = _create();
        await trial.ApplyAsync(atOnce, BatchSizes.Fixed(int.MaxValue)).ConfigureAwait(false);
        trial.Require(DigestOf(oneByOne) == DigestOf(atOnce), $"After the same commands, the digest of one machine is "
            + $"{Text(DigestOf(oneByOne))} and that of another is {Text(DigestOf(atOnce))}.");
        if (Captures(_create()))
        {
            await RequireRestoredDigestAsync(trial).ConfigureAwait(false);
        }
    });

    private static string Text(ulong? digest) => digest is { } value ? new RollingDigest(value).ToString() : "none";

    private static ulong? DigestOf(TMachine machine) => ((IStateDigest)machine).Digest;

    private async Task RequireRestoredDigestAsync(StateMachineTrial trial)
    {
        TMachine captured = _create();
        long middle = trial.CommandIndexes.ElementAt(Commands / 2);
        await trial.ApplyAsync(captured, BatchSizes.Random(11), 1, middle).ConfigureAwait(false);
        using ISnapshotCapture capture = trial.Capture(captured);
        TMachine restored = _create();
        await trial.RestoreAsync(restored, await trial.WriteAsync(capture).ConfigureAwait(false), middle).ConfigureAwait(false);
        trial.Require(DigestOf(restored) == DigestOf(captured), $"The digest of the captured machine is {Text(DigestOf(captured))}, and "
            + $"that of the restored one is {Text(DigestOf(restored))}: capture it and restore it with the state, or compute it from the "
            + $"restored state.");
    }
}
