using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>What differs between operating systems.</summary>
internal abstract class DiskPlatform
{
    /// <summary>The operating system that runs this process.</summary>
    public static DiskPlatform Current { get; } = OperatingSystem.IsWindows() ? new WindowsPlatform() : new PosixPlatform();

    /// <summary>Makes the bytes and the length of a file durable.</summary>
    public abstract void Sync(SafeFileHandle file, string path);

    /// <summary>Makes the names in a folder durable.</summary>
    public abstract void SyncDirectory(string path);

    /// <summary>Renames a file, and replaces the one that has the name already.</summary>
    public abstract void Rename(string from, string to);

    /// <summary>Opens and locks a file, which is created if it does not exist.</summary>
    /// <returns>The file, which stays locked until it is closed; null if it is locked already.</returns>
    public abstract SafeFileHandle? TryLock(string path);

    /// <summary>Whether a file is locked. Opens it for reading only, and keeps no lock.</summary>
    public abstract bool IsLocked(string path);

    /// <summary>Opens a locked file for reading, to see who holds the lock.</summary>
    public abstract SafeFileHandle OpenLocked(string path);
}
