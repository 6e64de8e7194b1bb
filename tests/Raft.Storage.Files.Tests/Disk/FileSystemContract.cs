namespace Raft.Storage.Files.Tests.Disk;

/// <summary>What the real file system and the simulated one have in common.</summary>
public abstract class FileSystemContract
{
    private protected abstract IFileSystem Files { get; }

    /// <summary>A folder that is empty at the start.</summary>
    private protected abstract string Root { get; }

    [Fact]
    public void WrittenBytes_AreReadAtTheirOffset()
    {
        using IDiskFile file = Files.Create(PathOf("a"));
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
        using IDiskFile file = Files.Create(PathOf("a"));
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
        Files.Create(PathOf("a")).Dispose();

        Assert.Throws<IOException>(() => Files.Create(PathOf("a")));
    }

    [Fact]
    public void Open_OfAMissingFile_Throws()
    {
        Assert.Throws<FileNotFoundException>(() => Files.Open(PathOf("a")));
        Assert.Throws<FileNotFoundException>(() => Files.OpenRead(PathOf("a")));
    }

    [Fact]
    public void Open_OfAFolder_ThrowsAnIOException() =>
        Assert.ThrowsAny<IOException>(() => Files.Open(Root));

    [Fact]
    public void List_OfSeveralFiles_IsInOrdinalOrderWithoutFolders()
    {
        foreach (string name in (string[])["b", "B", "a10", "a9"])
        {
            Files.Create(PathOf(name)).Dispose();
        }

        Files.CreateDirectory(PathOf("c"));

        Assert.Equal(["B", "a10", "a9", "b"], Files.List(Root));
    }

    [Fact]
    public void List_OfAMissingFolder_Throws() =>
        Assert.Throws<DirectoryNotFoundException>(() => Files.List(PathOf("missing")));

    [Fact]
    public void Rename_ToAnExistingName_ReplacesItWhileTheOldOneCanStillBeRead()
    {
        Write("a", 1);
        Write("b", 2);
        using IDiskFile old = Files.OpenRead(PathOf("b"));
        Files.Rename(PathOf("a"), PathOf("b"));
        Files.SyncDirectory(Root);
        using IDiskFile renamed = Files.OpenRead(PathOf("b"));
        byte[] read = new byte[2];
        old.Read(0, read.AsSpan(0, 1));
        renamed.Read(0, read.AsSpan(1, 1));

        Assert.Equal([2, 1], read);
        Assert.Equal(["b"], Files.List(Root));
    }

    [Fact]
    public void Delete_OfAnOpenFile_LeavesItReadable()
    {
        Write("a", 7);
        using IDiskFile file = Files.OpenRead(PathOf("a"));
        Files.Delete(PathOf("a"));
        byte[] read = new byte[1];
        file.Read(0, read);

        Assert.Equal(7, read[0]);
        Assert.Empty(Files.List(Root));
    }

    [Fact]
    public void CreateDirectory_OfSeveralLevels_CreatesThemAndMayBeRepeated()
    {
        string path = Path.Combine(Root, "x", "y", "z");
        Files.CreateDirectory(path);
        Files.CreateDirectory(path + Path.DirectorySeparatorChar);

        Assert.Empty(Files.List(path));
    }

    [Fact]
    public void CreateDirectory_WhereAFileIs_ThrowsAnIOException()
    {
        Write("a", 1);

        Assert.ThrowsAny<IOException>(() => Files.CreateDirectory(Path.Combine(Root, "a", "b")));
    }

    [Fact]
    public void Lock_ThatWasReleased_CanBeTakenAgain()
    {
        string path = PathOf("lock");
        Files.Lock(path).Dispose();
        using IDisposable held = Files.Lock(path);

        Assert.Throws<IOException>(() => Files.Lock(path));
    }

    [Fact]
    public void Delete_OfAMissingFile_DoesNothing()
    {
        Files.Delete(PathOf("a"));

        Assert.Empty(Files.List(Root));
    }

    [Fact]
    public void Write_ToAFileOpenForReading_Throws()
    {
        Write("a", 1);
        using IDiskFile file = Files.OpenRead(PathOf("a"));

        Assert.ThrowsAny<Exception>(() => file.Write(0, [2]));
        Assert.Equal(1, file.Length);
    }

    private protected string PathOf(string name) => Path.Combine(Root, name);

    private protected void Write(string name, byte value)
    {
        using IDiskFile file = Files.Create(PathOf(name));
        file.Write(0, [value]);
    }
}
