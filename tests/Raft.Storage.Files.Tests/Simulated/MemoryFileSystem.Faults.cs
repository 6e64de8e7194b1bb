namespace Raft.Storage.Files.Tests.Simulated;

/// <content>What a test makes go wrong. Each plan replaces the earlier one of its kind; a call of 0 removes it.</content>
internal sealed partial class MemoryFileSystem
{
    /// <summary>Makes a sync of a file or folder fail. What it should have written counts as written from then on, and is not.</summary>
    /// <param name="call">Which one from now on: 1 is the next.</param>
    public void FailSync(int call) => _faults.FailSync(call);

    /// <summary>Makes a write fail, after it has written its first half.</summary>
    /// <param name="call">Which one from now on: 1 is the next.</param>
    public void FailWrite(int call) => _faults.FailWrite(call);

    /// <summary>Makes a read fail.</summary>
    /// <param name="call">Which one from now on: 1 is the next.</param>
    public void FailRead(int call) => _faults.FailRead(call);

    /// <summary>Makes an operation fail: a write and a sync as above, any other one without an effect.</summary>
    /// <param name="operation">Which one from now on: 1 is the next.</param>
    public void FailOperation(int operation) => _faults.FailOperation(operation);

    /// <summary>
    /// Makes an operation fail with a <see cref="DiskFullException"/>, whatever space is left. Syncs are included: some file systems look
    /// for a place on the disk only then.
    /// </summary>
    /// <param name="operation">Which one from now on: 1 is the next.</param>
    public void FailOperationWithDiskFull(int operation) => _faults.FailOperationWithDiskFull(operation);

    /// <summary>
    /// Limits the space: writes that need more fail with a <see cref="DiskFullException"/>. Deleted files give theirs back.
    /// </summary>
    /// <param name="bytes">The free bytes from now on, allocated in sectors; null without a limit.</param>
    public void FailWithDiskFullAfter(long? bytes) => _faults.FreeBytes = bytes;

    /// <summary>Loses the power in an operation: as with all unsynced ones, any part of it may reach the disk.</summary>
    /// <param name="operation">Which one from now on: 1 is the next.</param>
    public void CrashAtOperation(int operation) => _faults.CrashAt(operation);

    /// <summary>Loses the power now.</summary>
    public void CutPower() => IsPowerLost = true;

    /// <summary>Inverts a bit of a file, in the cache and on the disk.</summary>
    public void FlipBit(string path, long bit) => Find(path).FlipBit(bit);

    /// <summary>Drops from the cache what has failed to be written, so that readers see what the disk holds.</summary>
    public void EvictCleanSectors()
    {
        foreach (MemoryFile file in _names.Cached.Values)
        {
            file.EvictCleanSectors();
        }
    }
}
