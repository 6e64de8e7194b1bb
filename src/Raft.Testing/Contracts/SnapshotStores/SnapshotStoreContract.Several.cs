namespace Raft.Testing;

// Several snapshots, readers and writers; and what a crash leaves.
public sealed partial class SnapshotStoreContract
{
    private const int CrashesTried = 20;

    /// <summary>Of several committed snapshots, the one with the largest index is found.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LargestIndexCounts() => Check(nameof(LargestIndexCounts), static async trial =>
    {
        foreach (long index in (long[])[2, 9, 10, 100, 101]) // the order of the numbers, and not that of their texts
        {
            ContractSnapshot snapshot = new(index, length: 1_000);
            await trial.StoreAsync(snapshot).ConfigureAwait(false);
            await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
            trial.Reopen();
            await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
        }
    });

    /// <summary>A snapshot of an earlier index that is committed late changes nothing.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task EarlierSnapshotChangesNothing() => Check(nameof(EarlierSnapshotChangesNothing), static async trial =>
    {
        ContractSnapshot earlier = new(99, length: 3_000);
        ISnapshotWriter slow = await trial.CreateAsync(earlier).ConfigureAwait(false);
        await trial.WriteAsync(slow, earlier.Content).ConfigureAwait(false);
        ContractSnapshot later = new(100, length: 2_000);
        await trial.StoreAsync(later).ConfigureAwait(false);
        await trial.CommitAsync(slow, earlier).ConfigureAwait(false);
        await trial.DisposeAsync(slow).ConfigureAwait(false);
        await trial.RequireLatestAsync(later).ConfigureAwait(false);
        trial.Reopen();
        await trial.RequireLatestAsync(later).ConfigureAwait(false);
    });

    /// <summary>A reader that has a snapshot open reads it to its end, though later ones are committed meanwhile.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadingContinuesDuringALaterCommit() => Check(nameof(ReadingContinuesDuringALaterCommit), static async trial =>
    {
        ContractSnapshot first = new(5, length: 300_000);
        Stream stream = await trial.OpenAsync(await trial.StoreAsync(first).ConfigureAwait(false)).ConfigureAwait(false);
        byte[] start = await trial.ReadAsync(stream, 1_000).ConfigureAwait(false);
        trial.RequireBytes(start, first.Content.AsSpan(0, 1_000), "the first bytes");
        for (long index = 6; index < 10; index++)
        {
            ContractSnapshot later = new(index, length: 300_000);
            await trial.StoreAsync(later).ConfigureAwait(false);
            await trial.RequireLatestAsync(later).ConfigureAwait(false);
        }

        await trial.RequireContentAsync(stream, first, from: 1_000).ConfigureAwait(false);
        stream.Position = 0;
        await trial.RequireContentAsync(stream, first).ConfigureAwait(false);
    });

    /// <summary>A snapshot that was replaced is read as it was, or opening it fails with an IOException.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReplacedSnapshotIsReadOrRefused() => Check(nameof(ReplacedSnapshotIsReadOrRefused), static async trial =>
    {
        ContractSnapshot first = new(5, length: 3_000);
        SnapshotInfo replaced = await trial.StoreAsync(first).ConfigureAwait(false);
        await trial.StoreAsync(new ContractSnapshot(6, length: 3_000)).ConfigureAwait(false);
        Stream? stream = null;
        Exception? refusal = await trial.CatchAsync(
            "opened the first one",
            async () =>
                stream = await trial.Store.OpenReadAsync(replaced, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        trial.Require(refusal is null or IOException, $"{refusal?.GetType().Name} was thrown: {refusal?.Message}");
        if (stream is not null)
        {
            await trial.RequireContentAsync(stream, first).ConfigureAwait(false);
            await trial.CloseAsync(stream).ConfigureAwait(false);
        }
    });

    /// <summary>The content is a stream that knows its length and can go to any position.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadersCanSeek() => Check(nameof(ReadersCanSeek), static async trial =>
    {
        ContractSnapshot snapshot = new(5, length: 200_000);
        Stream stream = await trial.OpenAsync(await trial.StoreAsync(snapshot).ConfigureAwait(false)).ConfigureAwait(false);
        trial.Require(stream.CanRead && stream.CanSeek, $"CanRead is {stream.CanRead}, CanSeek is {stream.CanSeek}.");
        trial.Require(stream.Length == snapshot.Content.Length && stream.Position == 0, $"Length is {stream.Length} and Position is "
            + $"{stream.Position}, where {snapshot.Content.Length} and 0 are right.");
        foreach (int position in (int[])[199_984, 0, 65_536, 65_535, 199_999, 200_000, 1])
        {
            trial.Note($"went to byte {position}");
            stream.Position = position;
            byte[] bytes = await trial.ReadAsync(stream, 16).ConfigureAwait(false);
            trial.RequireBytes(bytes, snapshot.Content.AsSpan(position, Math.Min(16, 200_000 - position)), "the content from byte "
                + $"{position} on");
            trial.Require(stream.Position == position + bytes.Length, $"Position is {stream.Position}.");
        }

        stream.Seek(-5, SeekOrigin.End);
        stream.Seek(-5, SeekOrigin.Current);
        trial.Note("went to 10 bytes before the end, in two steps");
        await trial.RequireContentAsync(stream, snapshot, from: 199_990).ConfigureAwait(false);
        stream.Seek(7, SeekOrigin.Begin);
        trial.Note("went to byte 7");
        await trial.RequireContentAsync(stream, snapshot, from: 7).ConfigureAwait(false);
    });

    /// <summary>A snapshot may be open several times, each with a position of its own.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task ReadersDoNotDisturbEachOther() => Check(nameof(ReadersDoNotDisturbEachOther), static async trial =>
    {
        ContractSnapshot snapshot = new(5, length: 100_000);
        SnapshotInfo info = await trial.StoreAsync(snapshot).ConfigureAwait(false);
        Stream[] streams = [await trial.OpenAsync(info).ConfigureAwait(false), await trial.OpenAsync(info)
            .ConfigureAwait(false), await trial.OpenAsync(info).ConfigureAwait(false)];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < streams.Length; i++)
            {
                int length = 1_000 * (i + 1); // each continues where it was
                byte[] bytes = await trial.ReadAsync(streams[i], length).ConfigureAwait(false);
                trial.RequireBytes(bytes, snapshot.Content.AsSpan(round * length, length), $"what reader {i + 1} reads from byte "
                    + $"{round * length} on");
            }
        }

        await trial.CloseAsync(streams[0]).ConfigureAwait(false);
        await trial.RequireContentAsync(streams[1], snapshot, from: 6_000).ConfigureAwait(false);
    });

    /// <summary>Several snapshots may be written at once.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task WritersDoNotDisturbEachOther() => Check(nameof(WritersDoNotDisturbEachOther), static async trial =>
    {
        ContractSnapshot[] snapshots = [new(5, length: 40_000), new(7, length: 50_000), new(6, length: 60_000), new(8, length: 45_000)];
        List<ISnapshotWriter> writers = [];
        foreach (ContractSnapshot snapshot in snapshots)
        {
            writers.Add(await trial.CreateAsync(snapshot).ConfigureAwait(false));
        }

        for (int start = 0; start < 60_000; start += 5_000)
        {
            for (int i = 0; i < snapshots.Length; i++)
            {
                byte[] content = snapshots[i].Content;
                await trial.WriteAsync(
                    writers[i],
                    content.AsMemory(Math.Min(start, content.Length)..Math.Min(start + 5_000, content.Length))).ConfigureAwait(false);
            }
        }

        await trial.DisposeAsync(writers[3]).ConfigureAwait(false); // abandoned, which does not affect the others
        await trial.CommitAsync(writers[0], snapshots[0]).ConfigureAwait(false);
        await trial.RequireLatestAsync(snapshots[0]).ConfigureAwait(false);
        await trial.CommitAsync(writers[1], snapshots[1]).ConfigureAwait(false);
        await trial.CommitAsync(writers[2], snapshots[2]).ConfigureAwait(false);
        await trial.RequireLatestAsync(snapshots[1]).ConfigureAwait(false);
    });

    /// <summary>A commit completes only when the snapshot would survive a crash. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CommittedSnapshotSurvivesACrash() => Check(nameof(CommittedSnapshotSurvivesACrash), static async trial =>
    {
        SeededRandom random = new(11);
        for (int crash = 1; crash <= CrashesTried; crash++)
        {
            ContractSnapshot snapshot = new(crash, length: random.Next(100_000));
            ISnapshotWriter writer = await trial.CreateAsync(snapshot).ConfigureAwait(false);
            await trial.WriteAsync(writer, snapshot.Content).ConfigureAwait(false);
            await trial.CommitAsync(writer, snapshot).ConfigureAwait(false);
            trial.Crash(random);
            await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
        }
    });

    /// <summary>What was not committed is gone after a crash. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task UncommittedSnapshotIsGoneAfterACrash() => Check(nameof(UncommittedSnapshotIsGoneAfterACrash), static async trial =>
    {
        SeededRandom random = new(12);
        ContractSnapshot? committed = null;
        for (int crash = 1; crash <= CrashesTried; crash++)
        {
            ContractSnapshot snapshot = new(crash, length: random.Next(100_000));
            ISnapshotWriter writer = await trial.CreateAsync(snapshot).ConfigureAwait(false);
            await trial.WriteAsync(writer, snapshot.Content).ConfigureAwait(false);
            trial.Crash(random);
            await trial.RequireLatestAsync(committed).ConfigureAwait(false);
            if (random.Chance(0.5))
            {
                await trial.StoreAsync(snapshot).ConfigureAwait(false); // what is left of the first attempt does not hinder it
                committed = snapshot;
                await trial.RequireLatestAsync(committed).ConfigureAwait(false);
            }
        }
    });

    /// <summary>A crash during a commit leaves the snapshot before or the new one, whole. For subjects that can crash.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CrashDuringACommitLeavesOneOrTheOther() => Check(nameof(CrashDuringACommitLeavesOneOrTheOther), static async trial =>
    {
        SeededRandom random = new(13);
        ContractSnapshot? before = null;
        for (int crash = 1; crash <= CrashesTried; crash++)
        {
            ContractSnapshot snapshot = new(crash, length: 1 + random.Next(100_000));
            ISnapshotWriter writer = await trial.CreateAsync(snapshot).ConfigureAwait(false);
            await trial.WriteAsync(writer, snapshot.Content).ConfigureAwait(false);
            trial.Note("began the commit, without waiting");
            Task<SnapshotInfo> commit = writer.CommitAsync(CancellationToken.None).AsTask();
            bool wasCommitted = commit.IsCompletedSuccessfully;
            trial.Crash(random);
            SnapshotInfo? found = await trial.FindAsync().ConfigureAwait(false);
            before = wasCommitted || found?.LastIncludedIndex == crash ? snapshot : before;
            await trial.RequireLatestAsync(before).ConfigureAwait(false);
        }
    });
}
