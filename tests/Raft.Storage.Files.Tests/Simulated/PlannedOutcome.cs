namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>What happens in an operation of a simulated disk.</summary>
internal enum PlannedOutcome
{
    Success,
    Failure,
    DiskFull,
    LossOfPower,
}
