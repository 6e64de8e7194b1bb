namespace Raft.Testing.Tests.Contracts;

/// <summary>A disk in memory for snapshots: what is durable, what is under way to it, and what is being written.</summary>
internal sealed class Shelf(SnapshotDefect defect) : SnapshotStoreSubject
{
    private ShelfStore? _store;

    public StoredSnapshot? Durable { get; private set; }

    public List<StoredSnapshot> UnderWay { get; } = [];

    /// <summary>What was written and neither committed nor disposed.</summary>
    public List<ShelfWriter> Writers { get; } = [];

    public override bool CanCrash => true;

    public override ISnapshotStore CreateStore() => _store = new ShelfStore(this, defect);

    public override void Crash(SeededRandom random)
    {
        _store!.Abandon();
        foreach (StoredSnapshot snapshot in UnderWay)
        {
            if (defect == SnapshotDefect.CrashDuringACommitLeavesOneOrTheOther)
            {
                // Under its name before its content is there.
                Keep(new StoredSnapshot(snapshot.Info, snapshot.Content[..(snapshot.Content.Length / 2)]));
            }
            else if (random.Chance(0.5) && defect != SnapshotDefect.CommittedSnapshotSurvivesACrash)
            {
                Keep(snapshot);
            }
        }

        if (defect == SnapshotDefect.UncommittedSnapshotIsGoneAfterACrash)
        {
            Writers.ForEach(static writer => writer.Keep());
        }

        UnderWay.Clear();
        Writers.Clear();
    }

    public void Keep(StoredSnapshot snapshot)
    {
        bool counts = defect switch
        {
            SnapshotDefect.LargestIndexCounts =>
                Durable is null || string.CompareOrdinal($"{snapshot.Info.LastIncludedIndex}", $"{Durable.Info.LastIncludedIndex}") > 0,
            SnapshotDefect.EarlierSnapshotChangesNothing => true,
            SnapshotDefect.EmptyContentIsKept => snapshot.Content.Length > 0,
            _ => Durable is null || snapshot.Info.LastIncludedIndex >= Durable.Info.LastIncludedIndex,
        };
        if (counts)
        {
            if (defect == SnapshotDefect.ReadingContinuesDuringALaterCommit && Durable is not null)
            {
                Array.Clear(Durable.Content); // although a reader may be using it
            }

            Durable = snapshot;
        }
    }
}

internal sealed record StoredSnapshot(SnapshotInfo Info, byte[] Content);
