using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>
/// The functions of the C library that .NET does not offer, or whose errors it hides: on Linux, <c>RandomAccess.FlushToDisk</c> and
/// <c>FileStream.Flush(true)</c> return normally when the sync has failed.
/// </summary>
/// <remarks>
/// <c>open</c> and <c>fcntl</c> are variadic. They are called without variable arguments only, because those are passed differently on
/// some processors.
/// </remarks>
internal static partial class Libc
{
    /// <summary>ENOSPC.</summary>
    public const int NoSpace = 28;

    private const string Library = "libc";
    private const int NotPermitted = 1; // EPERM
    private const int AccessDenied = 13; // EACCES
    private const int InvalidArgument = 22; // EINVAL
    private const int ReadOnlyFileSystem = 30; // EROFS
    private const int Interrupted = 4; // EINTR
    private const int ReadOnly = 0; // O_RDONLY
    private const int ReadWrite = 2; // O_RDWR
    private const int LockShared = 1; // LOCK_SH
    private const int LockExclusively = 2; // LOCK_EX
    private const int DoNotWait = 4; // LOCK_NB
    private const int ReleaseLock = 8; // LOCK_UN
    private const int FullSync = 51; // F_FULLFSYNC of macOS

    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000; // O_CLOEXEC
    private static readonly int WouldBlock = OperatingSystem.IsMacOS() ? 35 : 11; // EWOULDBLOCK
    private static readonly int Directory = FindDirectoryFlag();

    /// <summary>EDQUOT.</summary>
    public static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : 122;

    /// <summary>Makes the bytes of a file durable, and its length.</summary>
    public static void SyncData(SafeFileHandle file, string path)
    {
        // fsync of macOS leaves the bytes in the cache of the disk. This branch was compiled, but has not been run.
        while ((OperatingSystem.IsMacOS() ? FileControl(file, FullSync) : SyncFileData(file)) < 0)
        {
            ThrowUnlessInterrupted("Syncing", path);
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = Open("Opening the folder", path, Directory);
        while ((OperatingSystem.IsMacOS() ? FileControl(directory, FullSync) : SyncFile(directory)) < 0)
        {
            ThrowUnlessInterrupted("Syncing the folder", path);
        }
    }

    /// <summary>Opens an existing file for reading and writing, without the locks of .NET.</summary>
    public static SafeFileHandle OpenUnlocked(string path) => Open("Opening", path, ReadWrite);

    /// <summary>Opens an existing file for reading, without the locks of .NET.</summary>
    public static SafeFileHandle OpenReadOnly(string path) => Open("Opening", path, ReadOnly);

    /// <summary>Locks an open file until it is closed.</summary>
    /// <returns>False if another process, or another open file of this one, holds the lock.</returns>
    public static bool TryLock(SafeFileHandle file, string path) => TryLock(file, path, LockExclusively);

    /// <summary>Locks an open file until it is closed, against those that want the lock for themselves alone.</summary>
    /// <returns>False if another process, or another open file of this one, holds the lock alone.</returns>
    public static bool TryLockShared(SafeFileHandle file, string path) => TryLock(file, path, LockShared);

    /// <summary>
    /// Releases the lock of an open file. Closing it is not enough: a child process that was just started has it open too, until it runs
    /// its program.
    /// </summary>
    public static void Unlock(SafeFileHandle file) => _ = LockFile(file, ReleaseLock);

    /// <summary>Whether a folder could not be synced because of its permissions or its file system, not because a disk failed.</summary>
    public static bool IsUnsupported(IOException exception) =>
        exception.HResult is NotPermitted or AccessDenied or InvalidArgument or ReadOnlyFileSystem;

    private static bool TryLock(SafeFileHandle file, string path, int kind)
    {
        while (LockFile(file, kind | DoNotWait) < 0)
        {
            if (Marshal.GetLastPInvokeError() == WouldBlock)
            {
                return false;
            }

            ThrowUnlessInterrupted("Locking", path);
        }

        return true;
    }

    private static SafeFileHandle Open(string operation, string path, int flags)
    {
        int descriptor;
        while ((descriptor = OpenFile(path, flags | CloseOnExec)) < 0)
        {
            ThrowUnlessInterrupted(operation, path);
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void ThrowUnlessInterrupted(string operation, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
        {
            throw DiskErrors.Create(operation, path, error);
        }
    }

    /// <summary>O_DIRECTORY, which differs between processors on Linux.</summary>
    private static int FindDirectoryFlag() => OperatingSystem.IsMacOS()
        ? 0x100000
        : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le => 0x4000,
            _ => 0x10000,
        };

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncFileData(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncFile(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int LockFile(SafeFileHandle file, int operation);
}
