using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>Windows. It was compiled, but has not been run.</summary>
internal sealed class WindowsPlatform : DiskPlatform
{
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <inheritdoc/>
    public override void Sync(SafeFileHandle file, string path) => Kernel32.Flush(file, path);

    /// <inheritdoc/>
    public override void SyncDirectory(string path)
    {
        // Windows cannot sync a folder. NTFS logs changes of names in order, FlushFileBuffers of a file writes that log, and renames
        // are written through.
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to) => Kernel32.Move(from, to);

    /// <inheritdoc/>
    public override SafeFileHandle? TryLock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException exception) when (exception.HResult == SharingViolation)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override bool IsLocked(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (IOException exception) when (exception.HResult == SharingViolation)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public override SafeFileHandle OpenLocked(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
