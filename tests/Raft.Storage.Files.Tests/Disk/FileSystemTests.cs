using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files.Tests.Disk;

public sealed partial class FileSystemTests : FileSystemContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override IFileSystem Files => FileSystem.Shared;

    private protected override string Root => _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SyncDirectory_OfAMissingFolder_ThrowsWithPathAndReason()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot sync folders.");
        string path = _folder.Combine("missing");
        IOException exception = Assert.ThrowsAny<IOException>(() => FileSystem.Shared.SyncDirectory(path));

        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("No such file or directory", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, exception.HResult); // ENOENT
    }

    [Fact]
    public void SyncDirectory_OfAFile_Throws()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot sync folders.");
        Write("a", 1);
        IOException exception = Assert.ThrowsAny<IOException>(() => FileSystem.Shared.SyncDirectory(_folder.Combine("a")));

        Assert.Contains("Not a directory", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sync_ThatTheSystemRefuses_Throws()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs a device that cannot be synced.");
        using IDiskFile device = FileSystem.Shared.Open("/dev/null");
        IOException exception = Assert.ThrowsAny<IOException>(device.Sync);

        Assert.Contains("/dev/null", exception.Message, StringComparison.Ordinal);
        Assert.Equal(22, exception.HResult); // EINVAL
    }

    [Fact]
    public void Write_ToAFullDisk_ThrowsDiskFull()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs a device that is always full.");
        using IDiskFile device = FileSystem.Shared.Open("/dev/full");
        DiskFullException exception = Assert.Throws<DiskFullException>(() => device.Write(0, [1]));

        Assert.Equal("/dev/full", exception.Path);
        Assert.Equal(28, exception.HResult); // ENOSPC
    }

    [Fact]
    public void Lock_TakenTwice_NamesProcessAndMachine()
    {
        string path = _folder.Combine("lock");
        using IDisposable held = FileSystem.Shared.Lock(path);
        IOException exception = Assert.Throws<IOException>(() => FileSystem.Shared.Lock(path));

        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), exception.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, exception.Message, StringComparison.Ordinal);
        Assert.Contains("another store of this process", exception.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_WhoseFileAChildProcessHasOpenToo_IsFreeOnceItIsReleased()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows starts processes without copying open files.");
        string path = _folder.Combine("lock");
        FolderLock.HeldLock held = Assert.IsType<FolderLock.HeldLock>(FileSystem.Shared.Lock(path));
        using SafeFileHandle copy = new(Duplicate(held.File), ownsHandle: true); // as a child has between fork and exec
        held.Dispose();

        FileSystem.Shared.Lock(path).Dispose();
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(SafeFileHandle file);

    [Fact]
    public void Lock_LeftByAProcessThatEnded_IsFreeAndNamesTheNewHolder()
    {
        string path = _folder.Combine("lock");
        File.WriteAllText(path, "process 999999999 on a-machine-with-a-very-long-name\n");
        using IDisposable held = FileSystem.Shared.Lock(path);
        IOException exception = Assert.Throws<IOException>(() => FileSystem.Shared.Lock(path));

        Assert.DoesNotContain("999999999", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("long-name", exception.Message, StringComparison.Ordinal);
    }
}
