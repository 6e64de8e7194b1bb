namespace Raft.Testing;

/// <content>What a store keeps about the cluster and about itself.</content>
public sealed partial class LogStoreContract
{
    /// <summary>The identity of the cluster, and whether the node joins it, are kept like the term and the vote.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task HardStateIsKeptWhole() => Check(nameof(HardStateIsKeptWhole), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        ClusterIdentity identity = new(UInt128.MaxValue - 5, Generation: int.MaxValue);
        HardState[] states =
        [
            new(0, null) { Join = new JoinState(CommitIndex: null) },
            new(3, null) { Identity = identity, Join = new JoinState(long.MaxValue) },
            new(3, "n2") { Identity = identity, Join = new JoinState(0) },
            new(4, "n2") { Identity = identity },
            new(5, null) { Identity = new ClusterIdentity(0) },
        ];
        foreach (HardState state in states)
        {
            await trial.WriteAsync(new LogWrite(state, 1, default)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
        }

        await trial.CloseAsync().ConfigureAwait(false);
    });

    /// <summary>The commit index of a write is kept, and never falls.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CommitIndexIsKept() => Check(nameof(CommitIndexIsKept), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 10, term: 1) with { CommitIndex = 4 }).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(new LogWrite(new HardState(2, null), 11, default) { CommitIndex = 7 }).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(9, 3, term: 2)).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.CloseAsync().ConfigureAwait(false);
    });

    /// <summary>
    /// A durable store has an id from its creation, and counts how often it was opened. A volatile store has neither.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task StoreIsIdentified() => Check(nameof(StoreIsIdentified), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        if (trial.Store.IsVolatile)
        {
            trial.Require(trial.Identity is null, $"The store is volatile, and says that it is {trial.Identity}.");
            await trial.CloseAsync().ConfigureAwait(false);
            return;
        }

        StoreIdentity? first = trial.Identity;
        trial.Require(first is not null && first.Id != Guid.Empty, $"A store that is not volatile says that it is '{first}'.");
        for (long opening = first!.Opening + 1; opening <= first.Opening + 3; opening++)
        {
            await trial.ReopenAsync().ConfigureAwait(false);
            StoreIdentity expected = first with { Opening = opening };
            trial.Require(trial.Identity == expected, $"The store says that it is {trial.Identity}. It should be {expected}.");
        }

        await trial.CloseAsync().ConfigureAwait(false);
    });
}
