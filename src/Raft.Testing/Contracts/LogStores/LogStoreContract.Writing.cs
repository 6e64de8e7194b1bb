namespace Raft.Testing;

// What is written is there, as it was written and where it was written.
public sealed partial class LogStoreContract
{
    /// <summary>Entries are read as they were written, and found again after the store was closed and opened.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task WhatWasWrittenIsRead() => Check(nameof(WhatWasWrittenIsRead), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 1, term: 1)).ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(2, 5, term: 1)).ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(7, 100, term: 3)).ConfigureAwait(false);
        await trial.RequireExpectedAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(107, 3, term: 4)).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>An entry keeps its kind, its term and its time to the tick.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task TimeAndKindAreKept() => Check(nameof(TimeAndKindAreKept), static async trial =>
    {
        LogEntry plain = ContractEntries.Make(1, term: 1);
        LogEntry[] entries =
        [
            plain with { Kind = EntryKind.NoOp, Data = default, Time = DateTimeOffset.UnixEpoch },
            plain with { Kind = EntryKind.Command, Time = DateTimeOffset.UnixEpoch.AddTicks(1) },
            plain with { Kind = EntryKind.Configuration, Time = SimulatedClock.Origin.AddTicks(1_234_567) },
            plain with { Kind = EntryKind.Session, Term = 1L << 40, Time = DateTimeOffset.MaxValue },
        ];
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(new LogWrite(new HardState(long.MaxValue, "n3"), 1, entries)).ConfigureAwait(false);
        await trial.RequireExpectedAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>Entries without payload keep their places.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task EmptyPayloadsAreKept() => Check(nameof(EmptyPayloadsAreKept), static async trial =>
    {
        LogEntry[] entries = [.. ContractEntries.Make(1, 9, term: 1)
            .Select(static (entry, i) => i % 3 == 1 ? entry : entry with { Data = default })];
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(new LogWrite(null, 1, entries)).ConfigureAwait(false);
        await trial.RequireExpectedAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>Payloads of any size are kept whole.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LargePayloadsAreKept() => Check(nameof(LargePayloadsAreKept), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        long index = 1;
        foreach (int size in (int[])[255, 256, 4_095, 4_096, 4_097, 65_535, 65_536, 1_000_003, trial.Subject.LargestPayload])
        {
            int bounded = Math.Min(size, trial.Subject.LargestPayload);
            LogEntry[] entries = [ContractEntries.Make(index, term: 2, bounded), ContractEntries.Make(index + 1, term: 2)];
            await trial.WriteAsync(new LogWrite(null, index, entries)).ConfigureAwait(false);
            index += entries.Length;
        }

        await trial.RequireExpectedAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>Many small writes are kept, each in its place.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ManySmallEntriesAreKept() => Check(nameof(ManySmallEntriesAreKept), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        long index = 1;
        for (int count = 1; index < 5_000; count = (count % 97) + 1)
        {
            await trial.WriteAsync(ContractEntries.Write(index, count, term: 1 + (index / 1_000))).ConfigureAwait(false);
            index += count;
        }

        await trial.RequireExpectedAsync().ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>Entries replace everything from their first index on.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task SuffixIsReplaced() => Check(nameof(SuffixIsReplaced), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        foreach ((int length, int from, int count) in Replacements)
        {
            await trial.WriteAsync(ContractEntries.Write(1, length, term: 1)).ConfigureAwait(false);
            await trial.WriteAsync(ContractEntries.Write(from, count, term: 2)).ConfigureAwait(false);
            await trial.RequireExpectedAsync().ConfigureAwait(false);
        }
    });

    /// <summary>What came after a replaced suffix is gone, also after the store was closed and opened.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReplacedTailNeverComesBack() => Check(nameof(ReplacedTailNeverComesBack), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        foreach ((int length, int from, int count) in Replacements)
        {
            await trial.WriteAsync(ContractEntries.Write(1, length, term: 1)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
            await trial.WriteAsync(ContractEntries.Write(from, count, term: 2)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
            // Ends where an old entry may still lie on disk.
            await trial.WriteAsync(ContractEntries.Write(from + count, 1, term: 3)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
        }
    });

    /// <summary>The hard state and the entries of a write are stored together; a write without a hard state keeps the stored one.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task HardStateIsWrittenWithTheEntries() => Check(nameof(HardStateIsWrittenWithTheEntries), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 3, term: 5, new HardState(5, "n2"))).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(4, 3, term: 5)).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(2, 1, term: 6, new HardState(6, null))).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
    });

    /// <summary>A write without entries changes the hard state only, whatever its first index.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task WriteWithoutEntriesKeepsTheLog() => Check(nameof(WriteWithoutEntriesKeepsTheLog), static async trial =>
    {
        await trial.OpenAsync().ConfigureAwait(false);
        await trial.WriteAsync(new LogWrite(new HardState(1, "n1"), 0, default)).ConfigureAwait(false);
        await trial.ReopenAsync().ConfigureAwait(false);
        await trial.WriteAsync(ContractEntries.Write(1, 5, term: 1)).ConfigureAwait(false);
        long term = 2;
        foreach (long firstIndex in (long[])[0, 1, 3, 6])
        {
            await trial.WriteAsync(new LogWrite(new HardState(term, "n3"), firstIndex, default)).ConfigureAwait(false);
            await trial.ReopenAsync().ConfigureAwait(false);
            term++;
        }
    });

    /// <summary>
    /// How long a log is, from where it is replaced and by how many: within a segment, at its edges and across many, for stores of
    /// any segment size.
    /// </summary>
    private static (int Length, int From, int Count)[] Replacements { get; } =
    [
        (1, 1, 1), (5, 3, 1), (5, 1, 1), (16, 16, 1), (17, 16, 3), (40, 2, 38), (64, 33, 1), (100, 17, 120), (300, 1, 2), (
            1_500, 1_025, 10), (1_500, 7, 600), (3_000, 1, 1),
    ];
}
