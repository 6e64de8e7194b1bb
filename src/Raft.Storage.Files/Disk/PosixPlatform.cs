using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>Linux and macOS. The branches for macOS were compiled, but have not been run.</summary>
internal sealed class PosixPlatform : DiskPlatform
{
    /// <inheritdoc/>
    public override void Sync(SafeFileHandle file, string path) => Libc.SyncData(file, path);

    /// <inheritdoc/>
    public override void SyncDirectory(string path) => Libc.SyncDirectory(path);

    /// <inheritdoc/>
    public override void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public override SafeFileHandle? TryLock(string path)
    {
        if (!File.Exists(path))
        {
            CreateIfMissing(path);
        }

        SafeFileHandle file = Libc.OpenUnlocked(path);
        bool isLocked = false;
        try
        {
            isLocked = Libc.TryLock(file, path);
            return isLocked ? file : null;
        }
        finally
        {
            if (!isLocked)
            {
                file.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsLocked(string path)
    {
        using SafeFileHandle file = Libc.OpenReadOnly(path);
        return !Libc.TryLockShared(file, path);
    }

    /// <inheritdoc/>
    public override SafeFileHandle OpenLocked(string path) => Libc.OpenReadOnly(path);

    private static void CreateIfMissing(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process has created it in the meantime.
        }
    }
}
