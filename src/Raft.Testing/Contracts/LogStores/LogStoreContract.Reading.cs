namespace Raft.Testing;

// What a read gives, and what stays when the front of the log is dropped.
public sealed partial class LogStoreContract
{
    /// <summary>A read gives at least one entry, and beyond that no more entries and bytes than asked for.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadsKeepTheirLimits() => Check(nameof(ReadsKeepTheirLimits), static async trial =>
    {
        const int Size = 100;
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(new LogWrite(null, 1, ContractEntries.Make(1, 50, term: 1, Size))).ConfigureAwait(false);
        foreach (long first in (long[])[1, 7, 17, 50])
        {
            foreach (int entries in (int[])[1, 2, 16, 17, 49, 50, 51, int.MaxValue])
            {
                foreach (long bytes in (long[])[0, 1, Size - 1, Size, (2 * Size) - 1, 20 * Size, long.MaxValue])
                {
                    ReadOnlyMemory<LogEntry> read = await trial.ReadAsync(first, entries, bytes).ConfigureAwait(false);
                    trial.Require(read.Length >= 1, $"No entry was given.");
                    trial.Require(read.Length <= entries, $"{read.Length} entries were given.");
                    trial.Require(
                        read.Length == 1 || read.Length * Size <= bytes,
                        $"{read.Length} entries with {read.Length * Size} bytes were given.");
                    trial.Require(first + read.Length - 1 <= 50, $"{read.Length} entries were given, though the log ends at 50.");
                    for (int i = 0; i < read.Length; i++)
                    {
                        trial.RequireSame(first + i, read.Span[i], trial.Expected[first + i]);
                    }
                }
            }
        }
    });

    /// <summary>A read before the start or after the end of the log gives no entry.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadsOutsideTheLogGiveNothing() => Check(nameof(ReadsOutsideTheLogGiveNothing), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.RequireNothingAsync(1).ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 20, term: 1)).ConfigureAwait(false);
        foreach (long index in (long[])[0, 21, 22, 1_000_000, long.MaxValue])
        {
            await trial.RequireNothingAsync(index).ConfigureAwait(false);
        }

        await trial.ResetAsync(30, term: 2).ConfigureAwait(false);
        foreach (long index in (long[])[0, 1, 20, 30, 31, 32])
        {
            await trial.RequireNothingAsync(index).ConfigureAwait(false);
        }
    });

    /// <summary>A read sees the writes that were called before it, durable or not.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadsSeeWritesUnderWay() => Check(nameof(ReadsSeeWritesUnderWay), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        List<Task> writes = [];
        for (int i = 0; i < 20; i++)
        {
            trial.Note("began a write of 3 entries");
            writes.Add(trial.Begin(ContractEntries.Write((i * 2) + 1, 3, term: i + 1))); // the third is replaced by the next
            await trial.RequireExpectedAsync().ConfigureAwait(false);
        }

        await trial.CallAsync("waited for all of them", () => Task.WhenAll(writes)).ConfigureAwait(false);
    });

    /// <summary>Entries that were read stay as they are, whatever is written later.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task WhatWasReadBelongsToTheReader() => Check(nameof(WhatWasReadBelongsToTheReader), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 30, term: 1)).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false); // what is read now comes from the disk, if there is one
        ReadOnlyMemory<LogEntry> read = await trial.ReadAsync(1, 30, long.MaxValue).ConfigureAwait(false);
        ExpectedLog before = trial.Expected.Copy();
        await trial.WriteAsync(ContractEntries.Write(1, 40, term: 2)).ConfigureAwait(false);
        await trial.ReadAsync(1, 40, long.MaxValue).ConfigureAwait(false);
        await trial.CompactAsync(35).ConfigureAwait(false);
        for (int i = 0; i < read.Length; i++)
        {
            trial.RequireSame(i + 1, read.Span[i], before[i + 1]);
        }
    });

    /// <summary>Compaction drops the entries up to an index, and keeps those after it.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CompactionKeepsLaterEntries() => Check(nameof(CompactionKeepsLaterEntries), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 200, term: 1, new HardState(4, "n2"))).ConfigureAwait(false);
        foreach (long through in (long[])[1, 10, 5, 64, 150, 200])
        {
            await trial.CompactAsync(through).ConfigureAwait(false);
            await trial.RequireNothingAsync(1).ConfigureAwait(false);
            await trial.RequireNothingAsync(trial.Expected.PreviousIndex).ConfigureAwait(false);
            await trial.RequireExpectedAsync().ConfigureAwait(false);
        }

        await trial.WriteAsync(ContractEntries.Write(201, 50, term: 5)).ConfigureAwait(false);
        await trial.CompactAsync(220).ConfigureAwait(false);
        await trial.CloseAsync().ConfigureAwait(false);
        LogState state = await trial.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node).ConfigureAwait(false);
        LogState expected = trial.Expected.State;
        // Less may be: it need not be durable.
        trial.Require(state.PreviousIndex <= 220, $"The log starts after {state.PreviousIndex}: more was dropped than was compacted.");
        trial.Require(
            state.LastIndex == 250 && state.LastTerm == 5 && state.HardState == expected.HardState,
            $"{state}, where compaction has left {expected}.");
        trial.Require(
            state.PreviousIndex == 0 ? state.PreviousTerm == 0 : state.PreviousTerm == (state.PreviousIndex <= 200 ? 1 : 5),
            $"{state}: the term before the log is wrong.");
        await trial.RequireExpectedAsync().ConfigureAwait(false);
    });

    /// <summary>A reset leaves an empty log that starts after its index, durably, and keeps the hard state.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ResetRestartsTheLog() => Check(nameof(ResetRestartsTheLog), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 100, term: 2, new HardState(3, "n3"))).ConfigureAwait(false);
        foreach ((long index, long term) in ((long, long)[])[(500, 3), (40, 2), (1_000_000, 9)])
        {
            await trial.ResetAsync(index, term).ConfigureAwait(false);
            await trial.RequireExpectedAsync().ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
            await trial.WriteAsync(ContractEntries.Write(index + 1, 30, term)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
        }
    });
}
