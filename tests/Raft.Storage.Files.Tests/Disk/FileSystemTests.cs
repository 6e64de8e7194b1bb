using System.Globalization;

namespace Raft.Storage.Files.Tests.Disk;

public sealed class FileSystemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WrittenBytes_AreReadAtTheirOffset()
    {
        using IDiskFile file = FileSystem.Shared.Create(_folder.Combine("a"));
        file.Write(1_000, [1, 2, 3]);
        file.Sync();
        byte[] read = new byte[10];

        Assert.Equal(1_003, file.Length);
        Assert.Equal(5, file.Read(998, read));
        Assert.Equal([0, 0, 1, 2, 3, 0, 0, 0, 0, 0], read);
        Assert.Equal(0, file.Read(1_003, read));
    }

    [Fact]
    public void SetLength_CutsAndExtendsWithZeros()
    {
        using IDiskFile file = FileSystem.Shared.Create(_folder.Combine("a"));
        file.Write(0, [1, 2, 3]);
        file.SetLength(1);
        file.SetLength(3);
        byte[] read = new byte[3];
        file.Read(0, read);

        Assert.Equal([1, 0, 0], read);
    }

    [Fact]
    public void Create_OfAnExistingFile_Throws()
    {
        FileSystem.Shared.Create(_folder.Combine("a")).Dispose();

        Assert.Throws<IOException>(() => FileSystem.Shared.Create(_folder.Combine("a")));
    }

    [Fact]
    public void Open_OfAMissingFile_Throws()
    {
        Assert.Throws<FileNotFoundException>(() => FileSystem.Shared.Open(_folder.Combine("a")));
        Assert.Throws<FileNotFoundException>(() => FileSystem.Shared.OpenRead(_folder.Combine("a")));
    }

    [Fact]
    public void Open_OfAFolder_ThrowsAnIOException() =>
        Assert.ThrowsAny<IOException>(() => FileSystem.Shared.Open(_folder.Path));

    [Fact]
    public void List_OfSeveralFiles_IsInOrdinalOrderWithoutFolders()
    {
        foreach (string name in (string[])["b", "B", "a10", "a9"])
        {
            FileSystem.Shared.Create(_folder.Combine(name)).Dispose();
        }

        Directory.CreateDirectory(_folder.Combine("c"));

        Assert.Equal(["B", "a10", "a9", "b"], FileSystem.Shared.List(_folder.Path));
    }

    [Fact]
    public void List_OfAMissingFolder_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => FileSystem.Shared.List(_folder.Combine("missing")));

    [Fact]
    public void Rename_ToAnExistingName_ReplacesItWhileTheOldOneCanStillBeRead()
    {
        Write("a", 1);
        Write("b", 2);
        using IDiskFile old = FileSystem.Shared.OpenRead(_folder.Combine("b"));
        FileSystem.Shared.Rename(_folder.Combine("a"), _folder.Combine("b"));
        FileSystem.Shared.SyncDirectory(_folder.Path);
        using IDiskFile renamed = FileSystem.Shared.OpenRead(_folder.Combine("b"));
        byte[] read = new byte[2];
        old.Read(0, read.AsSpan(0, 1));
        renamed.Read(0, read.AsSpan(1, 1));

        Assert.Equal([2, 1], read);
        Assert.Equal(["b"], FileSystem.Shared.List(_folder.Path));
    }

    [Fact]
    public void Delete_OfAnOpenFile_LeavesItReadable()
    {
        Write("a", 7);
        using IDiskFile file = FileSystem.Shared.OpenRead(_folder.Combine("a"));
        FileSystem.Shared.Delete(_folder.Combine("a"));
        byte[] read = new byte[1];
        file.Read(0, read);

        Assert.Equal(7, read[0]);
        Assert.Empty(FileSystem.Shared.List(_folder.Path));
    }

    [Fact]
    public void CreateDirectory_OfSeveralLevels_CreatesThemAndMayBeRepeated()
    {
        string path = Path.Combine(_folder.Path, "x", "y", "z");
        FileSystem.Shared.CreateDirectory(path);
        FileSystem.Shared.CreateDirectory(path + Path.DirectorySeparatorChar);

        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void CreateDirectory_WhereAFileIs_ThrowsAnIOException()
    {
        Write("a", 1);

        Assert.ThrowsAny<IOException>(() => FileSystem.Shared.CreateDirectory(Path.Combine(_folder.Path, "a", "b")));
    }

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
    public void Lock_ThatWasReleased_CanBeTakenAgain()
    {
        string path = _folder.Combine("lock");
        FileSystem.Shared.Lock(path).Dispose();
        using IDisposable held = FileSystem.Shared.Lock(path);

        Assert.Throws<IOException>(() => FileSystem.Shared.Lock(path));
    }

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

    private void Write(string name, byte value)
    {
        using IDiskFile file = FileSystem.Shared.Create(_folder.Combine(name));
        file.Write(0, [value]);
    }
}
