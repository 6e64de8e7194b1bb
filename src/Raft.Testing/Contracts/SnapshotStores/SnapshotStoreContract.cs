namespace Raft.Testing;

/// <summary>
/// What every <see cref="ISnapshotStore"/> must keep to. A store that passes may still be wrong; one that does not pass will sooner
/// or later lose what the log no longer holds.
/// </summary>
/// <remarks>The clauses may be run on any thread, and at the same time if the subjects do not share a disk.</remarks>
public sealed partial class SnapshotStoreContract : PortContract
{
    private readonly Func<SnapshotStoreSubject> _newSubject;

    /// <summary>Makes the suite for a kind of store.</summary>
    /// <param name="newSubject">Makes an empty disk. Called once now, to see what it can do, and once for each clause.</param>
    public SnapshotStoreContract(Func<SnapshotStoreSubject> newSubject)
    {
        ArgumentNullException.ThrowIfNull(newSubject);
        _newSubject = newSubject;
        bool canCrash = Ask(newSubject, static subject => subject.CanCrash);
        Add(NewStoreHasNoSnapshot, "A new store holds no snapshot, and says so with null.");
        Add(
            CommittedSnapshotIsFoundAndRead,
            "A committed snapshot is found and read as it was written, also by another store over the same disk.");
        Add(HeaderAndLengthAreKept, "Index, term, header and length are kept, whatever they are.");
        Add(EmptyContentIsKept, "A snapshot may have no content.");
        Add(LargeContentIsKept, "Content of any size is kept whole, in whatever pieces it is written and read.");
        Add(NothingIsSeenBeforeTheCommit, "Nobody sees a snapshot before it is committed.");
        Add(AbandonedWriterLeavesNothing, "A writer that is disposed before the commit leaves nothing, and does not hinder the next one.");
        Add(LargestIndexCounts, "Of several committed snapshots, the one with the largest index is found.");
        Add(EarlierSnapshotChangesNothing, "A snapshot of an earlier index that is committed late changes nothing.");
        Add(
            ReadingContinuesDuringALaterCommit,
            "A reader that has a snapshot open reads it to its end, though later ones are committed meanwhile.");
        Add(ReplacedSnapshotIsReadOrRefused, "A snapshot that was replaced is read as it was, or opening it fails with an IOException.");
        Add(ReadersCanSeek, "The content is a stream that knows its length and can go to any position.");
        Add(ReadersDoNotDisturbEachOther, "A snapshot may be open several times, each with a position of its own.");
        Add(WritersDoNotDisturbEachOther, "Several snapshots may be written at once.");
        if (canCrash)
        {
            Add(CommittedSnapshotSurvivesACrash, "A commit completes only when the snapshot would survive a crash.");
            Add(UncommittedSnapshotIsGoneAfterACrash, "What was not committed is gone after a crash.");
            Add(CrashDuringACommitLeavesOneOrTheOther, "A crash during a commit leaves the snapshot before or the new one, whole.");
        }
    }

    /// <summary>A new store holds no snapshot.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task NewStoreHasNoSnapshot() => Check(nameof(NewStoreHasNoSnapshot), static async trial =>
    {
        await trial.RequireLatestAsync(null).ConfigureAwait(false);
        trial.Reopen();
        await trial.RequireLatestAsync(null).ConfigureAwait(false);
    });

    /// <summary>A committed snapshot is found and read as it was written, also by another store over the same disk.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task CommittedSnapshotIsFoundAndRead() => Check(nameof(CommittedSnapshotIsFoundAndRead), static async trial =>
    {
        ContractSnapshot snapshot = new(7, length: 25_000);
        ISnapshotWriter writer = await trial.CreateAsync(snapshot).ConfigureAwait(false);
        await trial.WriteAsync(writer, snapshot.Content).ConfigureAwait(false);
        SnapshotInfo info = await trial.CommitAsync(writer, snapshot).ConfigureAwait(false);
        Stream stream = await trial.OpenAsync(info).ConfigureAwait(false); // what the commit answered can be opened, too
        await trial.RequireContentAsync(stream, snapshot).ConfigureAwait(false);
        await trial.CloseAsync(stream).ConfigureAwait(false);
        await trial.DisposeAsync(writer).ConfigureAwait(false);
        await trial.RequireLatestAsync(snapshot).ConfigureAwait(false); // disposing the writer has not taken it away
        trial.Reopen();
        await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
    });

    /// <summary>Index, term, header and length are kept, whatever they are.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task HeaderAndLengthAreKept() => Check(nameof(HeaderAndLengthAreKept), static async trial =>
    {
        ContractSnapshot[] snapshots =
        [
            new(1, length: 1, term: 1, headerLength: 0),
            new(2, length: 4_095, term: 1, headerLength: 1),
            new(300, length: 4_096, term: 299, headerLength: 256),
            new(5_000_000_000, length: 4_097, term: 4_000_000_000, headerLength: 100_000),
            new(long.MaxValue >> 2, length: 65_536, term: long.MaxValue >> 3, headerLength: 20),
        ];
        foreach (ContractSnapshot snapshot in snapshots)
        {
            await trial.StoreAsync(snapshot).ConfigureAwait(false);
            await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
            trial.Reopen();
            await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);
        }
    });

    /// <summary>A snapshot may have no content.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task EmptyContentIsKept() => Check(nameof(EmptyContentIsKept), static async trial =>
    {
        await trial.StoreAsync(new ContractSnapshot(3, length: 100)).ConfigureAwait(false);
        ContractSnapshot empty = new(4, length: 0);
        await trial.StoreAsync(empty).ConfigureAwait(false);
        await trial.RequireLatestAsync(empty).ConfigureAwait(false);
        trial.Reopen();
        await trial.RequireLatestAsync(empty).ConfigureAwait(false);
    });

    /// <summary>Content of any size is kept whole, in whatever pieces it is written and read.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task LargeContentIsKept() => Check(nameof(LargeContentIsKept), static async trial =>
    {
        ContractSnapshot snapshot = new(9, trial.Subject.LargestSnapshot);
        int third = snapshot.Content.Length / 3;
        ISnapshotWriter writer = await trial.CreateAsync(snapshot).ConfigureAwait(false);
        await trial.WriteAsync(writer, snapshot.Content.AsMemory(0, third), pieceSize: 99_991).ConfigureAwait(false);
        trial.Note("wrote a third with one synchronous call, and flushed it");
        writer.Stream.Write(snapshot.Content.AsSpan(third, third));
        await trial.CallAsync("flushed it", () => writer.Stream.FlushAsync()).ConfigureAwait(false);
        await trial.WriteAsync(writer, snapshot.Content.AsMemory(2 * third), pieceSize: int.MaxValue).ConfigureAwait(false);
        SnapshotInfo info = await trial.CommitAsync(writer, snapshot).ConfigureAwait(false);
        await trial.DisposeAsync(writer).ConfigureAwait(false);
        trial.Reopen();
        await trial.RequireLatestAsync(snapshot).ConfigureAwait(false);

        Stream stream = await trial.OpenAsync(info).ConfigureAwait(false);
        for (int position = 0; position < snapshot.Content.Length;)
        {
            // As a leader reads it.
            byte[] piece = await trial.ReadAsync(stream, Math.Min(262_144, snapshot.Content.Length - position)).ConfigureAwait(false);
            trial.RequireBytes(
                piece,
                snapshot.Content.AsSpan(position, Math.Min(262_144, snapshot.Content.Length - position)),
                $"a piece from byte {position} on");
            position += piece.Length;
        }
    });

    /// <summary>Nobody sees a snapshot before it is committed.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task NothingIsSeenBeforeTheCommit() => Check(nameof(NothingIsSeenBeforeTheCommit), static async trial =>
    {
        ContractSnapshot first = new(5, length: 30_000);
        ISnapshotWriter writer = await trial.CreateAsync(first).ConfigureAwait(false);
        await trial.WriteAsync(writer, first.Content).ConfigureAwait(false);
        await trial.CallAsync("flushed it", () => writer.Stream.FlushAsync()).ConfigureAwait(false);
        await trial.RequireLatestAsync(null).ConfigureAwait(false);
        await trial.CommitAsync(writer, first).ConfigureAwait(false);

        ContractSnapshot second = new(8, length: 20_000);
        ISnapshotWriter next = await trial.CreateAsync(second).ConfigureAwait(false);
        await trial.WriteAsync(next, second.Content).ConfigureAwait(false);
        await trial.RequireLatestAsync(first).ConfigureAwait(false);
        await trial.CommitAsync(next, second).ConfigureAwait(false);
        await trial.RequireLatestAsync(second).ConfigureAwait(false);
    });

    /// <summary>A writer that is disposed before the commit leaves nothing behind.</summary>
    /// <returns>Completes when the clause holds.</returns>
    /// <exception cref="ContractBrokenException">It is broken.</exception>
    public Task AbandonedWriterLeavesNothing() => Check(nameof(AbandonedWriterLeavesNothing), static async trial =>
    {
        ContractSnapshot first = new(5, length: 30_000);
        for (int written = 0; written <= first.Content.Length; written += 15_000)
        {
            ISnapshotWriter writer = await trial.CreateAsync(first).ConfigureAwait(false);
            await trial.WriteAsync(writer, first.Content.AsMemory(0, written)).ConfigureAwait(false);
            await trial.DisposeAsync(writer).ConfigureAwait(false);
            await trial.RequireLatestAsync(null).ConfigureAwait(false);
        }

        await trial.StoreAsync(first).ConfigureAwait(false);
        ContractSnapshot second = new(8, length: 20_000);
        ISnapshotWriter abandoned = await trial.CreateAsync(second).ConfigureAwait(false);
        await trial.WriteAsync(abandoned, second.Content).ConfigureAwait(false);
        await trial.DisposeAsync(abandoned).ConfigureAwait(false);
        await trial.RequireLatestAsync(first).ConfigureAwait(false);
        trial.Reopen();
        await trial.RequireLatestAsync(first).ConfigureAwait(false);
        await trial.StoreAsync(second).ConfigureAwait(false);
        await trial.RequireLatestAsync(second).ConfigureAwait(false);
    });

    private async Task Check(string clause, Func<SnapshotStoreTrial, Task> check)
    {
        ContractClause found = Find(clause);
        SnapshotStoreSubject subject = _newSubject();
        await using (subject.ConfigureAwait(false))
        {
            SnapshotStoreTrial trial = new(found, subject);
            await trial.RunAsync(() => check(trial)).ConfigureAwait(false);
            await trial.DisposeAsync().ConfigureAwait(false);
        }
    }
}
