namespace Raft.Testing.Tests.Contracts;

/// <summary>
/// The ways in which a <see cref="ShelfStore"/> can be wrong: one for each clause of <see cref="SnapshotStoreContract"/>, by whose
/// name it goes.
/// </summary>
public enum SnapshotDefect
{
    None,
    NewStoreHasNoSnapshot,
    CommittedSnapshotIsFoundAndRead,
    HeaderAndLengthAreKept,
    EmptyContentIsKept,
    LargeContentIsKept,
    NothingIsSeenBeforeTheCommit,
    AbandonedWriterLeavesNothing,
    LargestIndexCounts,
    EarlierSnapshotChangesNothing,
    ReadingContinuesDuringALaterCommit,
    ReplacedSnapshotIsReadOrRefused,
    ReadersCanSeek,
    ReadersDoNotDisturbEachOther,
    WritersDoNotDisturbEachOther,
    CommittedSnapshotSurvivesACrash,
    UncommittedSnapshotIsGoneAfterACrash,
    CrashDuringACommitLeavesOneOrTheOther,
}
