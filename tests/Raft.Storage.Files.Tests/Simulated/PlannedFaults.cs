namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>When calls of a simulated disk fail. Each number counts down to the call that fails; 0 or less for none.</summary>
internal sealed class PlannedFaults
{
    private int _syncs;
    private int _writes;
    private int _reads;
    private int _failing;
    private int _full;
    private int _crashing;

    /// <summary>The bytes that can still be allocated; null without a limit.</summary>
    public long? FreeBytes { get; set; }

    public void FailSync(int call) => _syncs = call;

    public void FailWrite(int call) => _writes = call;

    public void FailRead(int call) => _reads = call;

    public void FailOperation(int operation) => _failing = operation;

    public void FailOperationWithDiskFull(int operation) => _full = operation;

    public void CrashAt(int operation) => _crashing = operation;

    public bool SyncFails() => --_syncs == 0;

    public bool WriteFails() => --_writes == 0;

    public bool ReadFails() => --_reads == 0;

    /// <summary>What happens in the next operation.</summary>
    public PlannedOutcome NextOperation()
    {
        bool crashes = --_crashing == 0;
        bool fails = --_failing == 0;
        bool isFull = --_full == 0;
        return crashes ? PlannedOutcome.LossOfPower
            : fails ? PlannedOutcome.Failure
            : isFull ? PlannedOutcome.DiskFull
            : PlannedOutcome.Success;
    }
}
