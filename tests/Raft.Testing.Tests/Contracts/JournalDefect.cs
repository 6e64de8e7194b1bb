namespace Raft.Testing.Tests.Contracts;

/// <summary>
/// The ways in which a <see cref="JournalStore"/> can be wrong: one for each clause of <see cref="LogStoreContract"/>, by whose
/// name it goes.
/// </summary>
public enum JournalDefect
{
    None,
    NewStoreIsEmpty,
    WhatWasWrittenIsRead,
    TimeAndKindAreKept,
    EmptyPayloadsAreKept,
    LargePayloadsAreKept,
    ManySmallEntriesAreKept,
    SuffixIsReplaced,
    ReplacedTailNeverComesBack,
    HardStateIsWrittenWithTheEntries,
    WriteWithoutEntriesKeepsTheLog,
    HardStateIsKeptWhole,
    CommitIndexIsKept,
    StoreIsIdentified,
    WritesUnderWayTakeEffectInOrder,
    ReadsSeeWritesUnderWay,
    ReadsKeepTheirLimits,
    ReadsOutsideTheLogGiveNothing,
    WhatWasReadBelongsToTheReader,
    CompactionKeepsLaterEntries,
    ResetRestartsTheLog,
    ResetTakesItsPlaceAmongTheWrites,
    StoreOfAnotherNodeIsRefused,
    StoreOfAnotherClusterIsRefused,
    AnyNamesAreKept,
    ClosedStoreCanBeOpenedAgain,
    CloseWaitsForTheWritesUnderWay,
    FailedWriteMakesLaterOnesFail,
    CrashLeavesAPrefixOfTheWrites,
    CompletedWritesSurviveACrash,
    ReplacedTailNeverComesBackAfterACrash,
    CompletedResetSurvivesACrash,
    CrashDuringAResetLeavesOneOrTheOther,
    CrashAfterACompactionKeepsLaterEntries,
}
