namespace Raft.Testing;

// Comparers, which no serializer stores.
public sealed partial class StateMachineContract<TMachine>
{
    /// <summary>
    /// The collections of a restored machine compare their keys as those of the captured one do. For machines that capture their state.
    /// </summary>
    /// <remarks>
    /// It looks at the fields of the machine, and finds what is lost even if no two keys of the commands differ only by their case.
    /// <see cref="SeededRandom.NextKey"/> draws keys that do.
    /// </remarks>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task RestoredMachineKeepsItsComparers() => Check(nameof(RestoredMachineKeepsItsComparers), async trial =>
    {
        TMachine captured = _create();
        long last = trial.CommandIndexes.Last();
        await trial.ApplyAsync(captured, BatchSizes.Random(11), 1, last).ConfigureAwait(false);
        using ISnapshotCapture capture = trial.Capture(captured);
        TMachine restored = _create();
        await trial.RestoreAsync(restored, await trial.WriteAsync(capture).ConfigureAwait(false), last).ConfigureAwait(false);
        SortedDictionary<string, string> actual = ComparerSearch.In(restored);
        foreach ((string field, string expected) in ComparerSearch.In(captured))
        {
            string found = actual.GetValueOrDefault(field, expected);
            trial.Require(found == expected, $"{field} compares its keys by {expected} in the captured machine, and by {found} in the "
                + $"restored one. Serializers do not store comparers: copy what was read into a collection with the right one.");
        }
    });
}
