namespace Raft.Testing;

/// <summary>
/// What every <see cref="ILogStore"/> must keep to. A store that passes may still be wrong; one that does not pass will lose data
/// sooner or later.
/// </summary>
/// <remarks>The clauses may be run on any thread, and at the same time if the subjects do not share a disk.</remarks>
public sealed partial class LogStoreContract : PortContract
{
    private readonly Func<LogStoreSubject> _newSubject;

    /// <summary>Makes the suite for a kind of store.</summary>
    /// <param name="newSubject">Makes an empty disk. Called once now, to see what it can do, and once for each clause.</param>
    public LogStoreContract(Func<LogStoreSubject> newSubject)
    {
        ArgumentNullException.ThrowIfNull(newSubject);
        _newSubject = newSubject;
        (bool canCrash, bool canFailWrites) = Ask(newSubject, static subject => (subject.CanCrash, subject.CanFailWrites));
        Add(NewStoreIsEmpty, "A new store holds no entry, term 0 and no vote.");
        Add(WhatWasWrittenIsRead, "Entries are read as they were written, and found again after the store was closed and opened.");
        Add(TimeAndKindAreKept, "An entry keeps its kind, its term and its time to the tick.");
        Add(EmptyPayloadsAreKept, "Entries without payload keep their places.");
        Add(LargePayloadsAreKept, "Payloads of any size are kept whole.");
        Add(ManySmallEntriesAreKept, "Many small writes are kept, each in its place.");
        Add(SuffixIsReplaced, "Entries replace everything from their first index on.");
        Add(ReplacedTailNeverComesBack, "What came after a replaced suffix is gone, also after the store was closed and opened.");
        Add(
            HardStateIsWrittenWithTheEntries,
            "The hard state and the entries of a write are stored together; a write without a hard state keeps the stored one.");
        Add(WriteWithoutEntriesKeepsTheLog, "A write without entries changes the hard state only, whatever its first index.");
        Add(HardStateIsKeptWhole, "The identity of the cluster, and whether the node joins it, are kept like the term and the vote.");
        Add(CommitIndexIsKept, "The commit index of a write is kept, and never falls.");
        Add(
            StoreIsIdentified,
            "A durable store has an id from its creation, and counts how often it was opened. A volatile store has neither.");
        Add(WritesUnderWayTakeEffectInOrder, "Writes take effect in the order of the calls, though none waits for the one before.");
        Add(ReadsSeeWritesUnderWay, "A read sees the writes that were called before it, durable or not.");
        Add(ReadsKeepTheirLimits, "A read gives at least one entry, and beyond that no more entries and bytes than asked for.");
        Add(ReadsOutsideTheLogGiveNothing, "A read before the start or after the end of the log gives no entry.");
        Add(WhatWasReadBelongsToTheReader, "Entries that were read stay as they are, whatever is written later.");
        Add(CompactionKeepsLaterEntries, "Compaction drops the entries up to an index, and keeps those after it.");
        Add(ResetRestartsTheLog, "A reset leaves an empty log that starts after its index, durably, and keeps the hard state.");
        Add(ResetTakesItsPlaceAmongTheWrites, "A reset takes effect after the writes that were called before it, and before those called "
            + "after it, though none of them is waited for.");
        Add(StoreOfAnotherNodeIsRefused, "A store that belongs to another node is refused with StorageCorruptedException.");
        Add(
            StoreOfAnotherClusterIsRefused,
            "A store that belongs to another cluster is refused with StorageCorruptedException; cluster ids are compared ordinally.");
        Add(AnyNamesAreKept, "Ids of clusters and nodes, and votes, may have any characters.");
        Add(ClosedStoreCanBeOpenedAgain, "After it was closed the same object can be opened again.");
        Add(CloseWaitsForTheWritesUnderWay, "Closing waits for the writes under way: they complete, and are there afterwards.");
        if (canFailWrites)
        {
            Add(
                FailedWriteMakesLaterOnesFail,
                "After a write has failed, every later one fails, and none that was called after the failure is found afterwards.");
        }

        if (canCrash)
        {
            Add(
                CrashLeavesAPrefixOfTheWrites,
                "A crash leaves a prefix of the calls: never a later one without all earlier ones, never half of one.");
            Add(CompletedWritesSurviveACrash, "A write completes only when it, and all before it, would survive a crash.");
            Add(
                ReplacedTailNeverComesBackAfterACrash,
                "What came after a replaced suffix never comes back, also not after a crash and further writes.");
            Add(CompletedResetSurvivesACrash, "A reset is durable when it completes, and ordered with the writes.");
            Add(
                CrashDuringAResetLeavesOneOrTheOther,
                "A crash during a reset leaves the log before it or the empty one after its index, with the hard state.");
            Add(
                CrashAfterACompactionKeepsLaterEntries,
                "A crash after a compaction, or during it, may bring dropped entries back, but takes none of those after them.");
        }
    }

    /// <summary>A new store holds no entry, term 0 and no vote.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task NewStoreIsEmpty() => Check(nameof(NewStoreIsEmpty), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>A store that belongs to another node is refused.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task StoreOfAnotherNodeIsRefused() => Check(
        nameof(StoreOfAnotherNodeIsRefused),
        static trial => RefusesAsync(trial, (LogStoreTrial.ClusterId, "n2"), (LogStoreTrial.ClusterId, "N1")));

    /// <summary>A store that belongs to another cluster is refused.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task StoreOfAnotherClusterIsRefused() => Check(
        nameof(StoreOfAnotherClusterIsRefused),
        static trial =>
            RefusesAsync(trial, ("another", LogStoreTrial.Node), ("Contract", LogStoreTrial.Node), ("contract ", LogStoreTrial.Node)));

    /// <summary>Ids of clusters and nodes, and votes, may have any characters.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task AnyNamesAreKept() => Check(nameof(AnyNamesAreKept), static async trial =>
    {
        const string ClusterId = "Clústér 日本 \U0001F6F6 / \\ : * \" {0}";
        NodeId node = new(new string('n', 200) + " ü/:\U0001F6F6");
        NodeId vote = "wähler/1 \U0001F5F3";
        await trial.OpenAsync(ClusterId, node).ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 1, term: 1, new HardState(1, vote))).ConfigureAwait(false);
        await trial.CloseAsync().ConfigureAwait(false);
        LogState state = await trial.OpenAsync(ClusterId, node).ConfigureAwait(false);
        trial.Require(state == trial.Expected.State, $"The vote is '{state.HardState.VotedFor}', the log ends at {state.LastIndex}.");
    });

    /// <summary>After it was closed the same object can be opened again.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ClosedStoreCanBeOpenedAgain() => Check(nameof(ClosedStoreCanBeOpenedAgain), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        for (long round = 1; round <= 3; round++)
        {
            await trial.WriteAsync(
                ContractEntries.Write((round * 10) - 9, 10, term: round, new HardState(round, null))).ConfigureAwait(false);
            await trial.CloseAsync().ConfigureAwait(false);
            LogState state = await trial.CallAsync(
                "opened the same object again",
                () => trial.Store.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None)).ConfigureAwait(false);
            state = state with { Store = null };
            trial.Require(state == trial.Expected.State, $"{state}. It should be {trial.Expected.State}.");
            await trial.RequireExpectedAsync().ConfigureAwait(false);
        }

        await trial.CloseAsync().ConfigureAwait(false);
    });

    private static async Task RefusesAsync(LogStoreTrial trial, params (string ClusterId, NodeId Node)[] strangers)
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 3, term: 1)).ConfigureAwait(false);
        await trial.CloseAsync().ConfigureAwait(false);
        foreach ((string clusterId, NodeId node) in strangers)
        {
            ILogStore store = trial.Subject.CreateStore();
            Exception? refusal = await trial.CatchAsync(
                $"opened a store as {node} of cluster '{clusterId}'",
                () => store.OpenAsync(clusterId, node, CancellationToken.None).AsTask()).ConfigureAwait(false);
            trial.Require(refusal is StorageCorruptedException, $"It belongs to {LogStoreTrial.Node} of cluster "
                + $"'{LogStoreTrial.ClusterId}'. {refusal?.GetType().Name ?? "Nothing"} was thrown: {refusal?.Message}");
        }

        await trial.OpenAsync().ConfigureAwait(false); // a refusal has no lasting effect
    }

    private async Task Check(string clause, Func<LogStoreTrial, Task> check)
    {
        ContractClause found = Find(clause);
        LogStoreSubject subject = _newSubject();
        await using (subject.ConfigureAwait(false))
        {
            LogStoreTrial trial = new(found, subject);
            await trial.RunAsync(() => check(trial)).ConfigureAwait(false);
            if (trial.HoldsAnOpenStore)
            {
                await trial.CloseAsync().ConfigureAwait(false); // so that the subject can delete its files
            }
        }
    }
}
