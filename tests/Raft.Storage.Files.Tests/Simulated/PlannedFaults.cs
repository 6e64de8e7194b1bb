namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>When calls of a simulated disk fail. Each number counts down to the call that fails; 0 or less for none.</summary>
internal sealed class PlannedFaults
{
    private int _syncs;
    private int _writes;
    private int _operations;

    /// <summary>The bytes that can still be allocated; null without a limit.</summary>
    public long? FreeBytes { get; set; }

    public void FailSync(int call) => _syncs = call;

    public void FailWrite(int call) => _writes = call;

    public void CrashAt(int operation) => _operations = operation;

    public bool SyncFails() => --_syncs == 0;

    public bool WriteFails() => --_writes == 0;

    public bool OperationCrashes() => --_operations == 0;
}
