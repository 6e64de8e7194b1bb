namespace Raft.Testing;

// The order of writes, and what is left after failures and crashes.
public sealed partial class LogStoreContract
{
    private const int CrashesTried = 60;

    /// <summary>Writes take effect in the order of the calls, even if none waits for the previous one.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task WritesUnderWayTakeEffectInOrder() => Check(nameof(WritesUnderWayTakeEffectInOrder), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        SeededRandom random = new(5);
        for (int round = 0; round < 5; round++)
        {
            List<Task> writes = BeginMany(trial, random, 40, states: null);
            await trial.CallAsync("waited for all of them", () => Task.WhenAll(writes)).ConfigureAwait(false);
            await trial.RequireExpectedAsync().ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
        }
    });

    /// <summary>A reset takes effect after the writes that were called before it, and before those called after it.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ResetTakesItsPlaceAmongTheWrites() => Check(nameof(ResetTakesItsPlaceAmongTheWrites), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        SeededRandom random = new(16);
        for (int round = 0; round < 10; round++)
        {
            List<Task> calls = BeginMany(trial, random, random.Next(6), states: null);
            HardState later = new(trial.Expected.HardState.Term + trial.Expected.State.LastTerm + 1, "n3");
            calls.Add(trial.Begin(new LogWrite(later, 0, default))); // as a node does that has yet to reach the snapshot's term
            calls.Add(trial.BeginReset(trial.Expected.LastIndex + random.Next(50), later.Term));
            await trial.RequireExpectedAsync().ConfigureAwait(false);
            calls.AddRange(BeginMany(trial, random, random.Next(6), states: null));
            await trial.CallAsync("waited for all of them", () => Task.WhenAll(calls)).ConfigureAwait(false);
            await trial.RequireExpectedAsync().ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
        }
    });

    /// <summary>Closing waits for the writes under way: they complete, and are there afterwards.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CloseWaitsForTheWritesUnderWay() => Check(nameof(CloseWaitsForTheWritesUnderWay), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        List<Task> writes = BeginMany(trial, new SeededRandom(6), 20, states: null);
        await trial.CloseAsync().ConfigureAwait(false);
        await trial.CallAsync("waited for the writes", () => Task.WhenAll(writes)).ConfigureAwait(false);
        await trial.OpenAsync().ConfigureAwait(false);
    });

    /// <summary>
    /// After a write has failed, every later one fails, and none that was called after the failure is found afterwards. For subjects that
    /// can fail writes.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task FailedWriteMakesLaterOnesFail() => Check(nameof(FailedWriteMakesLaterOnesFail), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 5, term: 1)).ConfigureAwait(false);
        trial.Subject.FailNextWrite();
        List<Task> writes = [.. Enumerable.Range(0, 4).Select(i => WriteUncheckedAsync(trial, ContractEntries.Write(6 + i, 1, term: 2)))];
        for (int i = 0; i < writes.Count; i++)
        {
            Exception? failure = await trial.CatchAsync(
                $"waited for write {i + 1} of 4, of which the first was to fail", () => writes[i]).ConfigureAwait(false);
            trial.Require(failure is not null, $"It was reported durable.");
        }

        Exception? later = await trial.CatchAsync(
            "wrote once more", () => WriteUncheckedAsync(trial, ContractEntries.Write(6, 1, term: 3))).ConfigureAwait(false);
        trial.Require(later is not null, $"It was reported durable, though a write before it had failed.");
        await trial.CatchAsync("closed it", () => trial.Store.CloseAsync().AsTask()).ConfigureAwait(false);
        LogState state = await trial.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node).ConfigureAwait(false);
        // Those that were under way may be there, since a store may write them together: what of them was written is unknown.
        trial.Require(
            state.LastIndex == 5 ? state.LastTerm == 1 : state.LastIndex is > 5 and <= 9 && state.LastTerm == 2,
            $"{state}: a write that was called after one had failed is there.");
    });

    /// <summary>
    /// A crash leaves a prefix of the calls: never a later one without all earlier ones, never half of one. For subjects that can
    /// crash.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CrashLeavesAPrefixOfTheWrites() => Check(nameof(CrashLeavesAPrefixOfTheWrites), static async trial =>
    {
        SeededRandom random = new(7);
        await trial.OpenAsync().ConfigureAwait(false);
        for (int crash = 0; crash < CrashesTried; crash++)
        {
            List<ExpectedLog> states = [trial.Expected.Copy()];
            BeginMany(trial, random, 1 + random.Next(12), states);
            await trial.CrashAsync(random, states, atLeast: 0).ConfigureAwait(false);
        }
    });

    /// <summary>A write completes only when it, and all before it, would survive a crash. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CompletedWritesSurviveACrash() => Check(nameof(CompletedWritesSurviveACrash), static async trial =>
    {
        SeededRandom random = new(8);
        await trial.OpenAsync().ConfigureAwait(false);
        for (int crash = 0; crash < CrashesTried; crash++)
        {
            List<ExpectedLog> states = [trial.Expected.Copy()];
            List<Task> writes = BeginMany(trial, random, 1 + random.Next(12), states);
            Task awaited = writes[random.Next(writes.Count)]; // none before it is waited for: this one vouches for them
            await trial.CallAsync("waited for one of them", () => awaited).ConfigureAwait(false);
            int atLeast = writes.FindLastIndex(static write => write.IsCompletedSuccessfully) + 1;
            await trial.CrashAsync(random, states, atLeast).ConfigureAwait(false);
        }
    });

    /// <summary>
    /// What came after a replaced suffix never comes back, also not after a crash and further writes. For subjects that can crash.
    /// </summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReplacedTailNeverComesBackAfterACrash() => Check(nameof(ReplacedTailNeverComesBackAfterACrash), static async trial =>
    {
        SeededRandom random = new(9);
        await trial.OpenAsync().ConfigureAwait(false);
        long term = 1;
        for (int crash = 0; crash < CrashesTried / 4; crash++)
        {
            await trial.WriteAsync(ContractEntries.Write(1, 60, term++)).ConfigureAwait(false);
            List<ExpectedLog> states = [trial.Expected.Copy()];
            Task write = trial.Begin(ContractEntries.Write(1 + random.Next(40), 1 + random.Next(5), term++));
            states.Add(trial.Expected.Copy());
            await trial.CallAsync("replaced a suffix by a shorter one", () => write).ConfigureAwait(false);
            await trial.CrashAsync(random, states, atLeast: 1).ConfigureAwait(false);
            // May end where the old tail continues.
            await trial.WriteAsync(ContractEntries.Write(trial.Expected.LastIndex + 1, 1, term++)).ConfigureAwait(false);
            await trial.CrashAsync(random, [trial.Expected.Copy()], atLeast: 0).ConfigureAwait(false);
        }
    });

    /// <summary>A reset is durable when it completes, and ordered with the writes. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CompletedResetSurvivesACrash() => Check(nameof(CompletedResetSurvivesACrash), static async trial =>
    {
        SeededRandom random = new(10);
        await trial.OpenAsync().ConfigureAwait(false);
        for (int crash = 0; crash < CrashesTried / 4; crash++)
        {
            List<ExpectedLog> states = [trial.Expected.Copy()];
            BeginMany(trial, random, 3, states);
            long index = trial.Expected.LastIndex + random.Next(50);
            await trial.ResetAsync(index, trial.Expected.State.LastTerm + 1).ConfigureAwait(false);
            states.Add(trial.Expected.Copy());
            int atLeast = states.Count - 1;
            BeginMany(trial, random, 3, states);
            await trial.CrashAsync(random, states, atLeast).ConfigureAwait(false);
        }
    });

    /// <summary>A crash during a reset leaves the log before it or the empty one after its index. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CrashDuringAResetLeavesOneOrTheOther() => Check(nameof(CrashDuringAResetLeavesOneOrTheOther), static async trial =>
    {
        SeededRandom random = new(14);
        await trial.OpenAsync().ConfigureAwait(false);
        for (int crash = 0; crash < CrashesTried / 2; crash++)
        {
            List<ExpectedLog> states = [trial.Expected.Copy()];
            BeginMany(trial, random, random.Next(4), states);
            _ = trial.BeginReset(trial.Expected.LastIndex + random.Next(50), trial.Expected.State.LastTerm + 1);
            states.Add(trial.Expected.Copy());
            BeginMany(trial, random, random.Next(4), states);
            await trial.CrashAsync(random, states, atLeast: 0).ConfigureAwait(false);
        }
    });

    /// <summary>A crash after a compaction takes none of the later entries. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CrashAfterACompactionKeepsLaterEntries() => Check(nameof(CrashAfterACompactionKeepsLaterEntries), static async trial =>
    {
        SeededRandom random = new(15);
        await trial.OpenAsync().ConfigureAwait(false);
        for (int crash = 0; crash < CrashesTried / 2; crash++)
        {
            long term = trial.Expected.State.LastTerm + 1;
            LogWrite write = ContractEntries.Write(trial.Expected.LastIndex + 1, 1 + random.Next(40), term, new HardState(term, "n2"));
            await trial.WriteAsync(write).ConfigureAwait(false);
            List<ExpectedLog> states = [trial.Expected.Copy()]; // as they were without the compaction
            long through = trial.Expected.LastIndex - random.Next(
                (int)Math.Min(20, trial.Expected.LastIndex - trial.Expected.PreviousIndex));
            Task compaction = trial.BeginCompaction(through);
            if (random.Chance(0.5))
            {
                await trial.CallAsync("waited for it", () => compaction).ConfigureAwait(false);
            }

            for (int i = random.Next(3); i > 0; i--)
            {
                _ = trial.Begin(
                    ContractEntries.Write(trial.Expected.LastIndex + 1, 1 + random.Next(5), term + 1, new HardState(term + 1, null)));
                states.Add(trial.Expected.Copy());
            }

            await trial.CrashAsync(random, states, atLeast: 0, compactedThrough: through).ConfigureAwait(false);
        }
    });

    /// <summary>Writes without recording the write as expected. It may fail immediately or later.</summary>
    private static async Task WriteUncheckedAsync(LogStoreTrial trial, LogWrite write) =>
        await trial.Store.WriteAsync(write).ConfigureAwait(false);

    /// <summary>
    /// Begins writes of all kinds without waiting for any: appends, replacements, and hard states alone and together with entries.
    /// </summary>
    private static List<Task> BeginMany(LogStoreTrial trial, SeededRandom random, int count, List<ExpectedLog>? states)
    {
        List<Task> writes = [];
        for (int i = 0; i < count; i++)
        {
            ExpectedLog log = trial.Expected;
            long term = Math.Max(log.State.LastTerm, log.HardState.Term) + 1;
            long back = random.Chance(0.3) ? random.Next((int)Math.Min(20, log.LastIndex - log.PreviousIndex + 1)) : 0;
            HardState? hardState = random.Chance(0.4)
                ? new HardState(term, random.Chance(0.5) ? new NodeId("n2") : default(NodeId?))
                : null;
            int entries = hardState is not null && random.Chance(0.3) ? 0 : 1 + random.Next(8);
            writes.Add(trial.Begin(ContractEntries.Write(log.LastIndex + 1 - back, entries, term, hardState)));
            states?.Add(trial.Expected.Copy());
        }

        trial.Note($"began {count} writes without waiting");
        return writes;
    }
}
