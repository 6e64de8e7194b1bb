using Raft.Testing;

namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>What a simulated disk loses, and what it must not lose.</summary>
public sealed class MemoryFileSystemTests
{
    private const string File = "/file";

    private readonly MemoryFileSystem _files = new();

    [Fact]
    public void UnsyncedSectors_SurviveInEverySubset()
    {
        using IDiskFile file = CreateDurable(File, new byte[3 * 512]);
        file.Write(0, Filled(3 * 512, 1));

        Assert.Equal(
            ["000", "001", "010", "011", "100", "101", "110", "111"],
            Images().Select(static image => string.Concat(FirstBytesOfSectors(image, File))));
    }

    [Fact]
    public void SyncedBytesAndNames_AlwaysSurvive()
    {
        using IDiskFile file = CreateDurable(File, Filled(700, 1));
        file.Write(700, Filled(700, 2));
        file.Sync();

        MemoryFileSystem image = Assert.Single(Images());
        Assert.Equal([.. Filled(700, 1), .. Filled(700, 2)], image.ReadAllBytes(File));
    }

    [Fact]
    public void UnsyncedLength_IsAnyBetweenTheOldAndTheNewOne()
    {
        using IDiskFile file = CreateDurable(File, Filled(3, 1));
        file.SetLength(6);
        file.SetLength(5);
        HashSet<long> lengths = [];
        EveryChoice.Run(choose => lengths.Add(_files.PowerLoss(choose).ReadAllBytes(File).Length));

        Assert.Equal([3, 4, 5, 6], lengths.Order());
    }

    [Fact]
    public void LengthWithoutItsBytes_IsFilledWithZeros()
    {
        using IDiskFile file = CreateDurable(File, []);
        file.Write(0, Filled(512, 1));
        MemoryFileSystem image = _files.PowerLoss(static count => count > 2 ? count - 1 : 0);

        Assert.Equal(new byte[512], image.ReadAllBytes(File));
    }

    [Fact]
    public void SectorThatIsNewToTheDisk_MayHoldWhatADeletedFileHad()
    {
        CreateDurable("/old", Filled(1_024, 7)).Dispose();
        using IDiskFile file = CreateDurable(File, Filled(512, 1));
        _files.Delete("/old");
        file.Write(0, Filled(1_024, 2));
        HashSet<string> contents = [];
        EveryChoice.Run(choose => contents.Add(string.Concat(FirstBytesOfSectors(
            _files.PowerLoss(count => count > 3 ? choose(2) * (count - 1) : choose(count), leavesGarbage: true), File))));

        Assert.Equal(["1", "10", "12", "17", "2", "20", "22", "27"], contents.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TornSector_IsNewAtItsStartAndOldAtItsEnd()
    {
        using IDiskFile file = CreateDurable(File, new byte[512]);
        file.Write(0, Filled(512, 1));
        HashSet<int> written = [];
        EveryChoice.Run(choose =>
        {
            byte[] bytes = _files.PowerLoss(choose, tearsSectors: true).ReadAllBytes(File);
            int count = bytes.Count(static value => value == 1);
            Assert.Equal([.. Filled(count, 1), .. new byte[512 - count]], bytes);
            written.Add(count);
        });

        Assert.Equal(Enumerable.Range(0, 513), written.Order());
    }

    [Fact]
    public void NewName_NeedsASyncOfItsFolderAndNotOfItsFile()
    {
        using IDiskFile file = _files.Create(File);
        file.Sync();
        Assert.Equal([false, true], Images().Select(static image => image.Exists(File)));
        _files.SyncDirectory("/");

        Assert.Equal([true], Images().Select(static image => image.Exists(File)));
    }

    [Fact]
    public void UnsyncedNames_SurviveInEverySubset()
    {
        _files.Create("/a").Dispose();
        _files.Create("/b").Dispose();

        Assert.Equal(
            ["", "/b", "/a", "/a /b"],
            Images().Select(static image => string.Join(' ', image.Paths)));
    }

    [Fact]
    public void UnsyncedRename_LeavesTheOldNameOrTheNewOne()
    {
        CreateDurable("/a", [1]).Dispose();
        CreateDurable("/b", [2]).Dispose();
        _files.Rename("/a", "/b");

        Assert.Equal(["/a=1 /b=2", "/b=1"], Images().Select(Describe));
    }

    [Fact]
    public void UnsyncedDeletion_MayLeaveTheFile()
    {
        CreateDurable(File, [1]).Dispose();
        _files.Delete(File);

        Assert.Equal([true, false], Images().Select(static image => image.Exists(File)));
    }

    [Fact]
    public void FileInAFolderWhoseNameIsLost_IsLost()
    {
        _files.CreateDirectory("/x/y");
        CreateDurable("/x/y/z", [1]).Dispose();
        Assert.True(_files.PowerLoss(static _ => 0).Exists("/x/y/z"));

        MemoryFileSystem files = new();
        files.FailSync(1);
        Assert.Throws<IOException>(() => files.CreateDirectory("/x"));
        Assert.False(files.Exists("/x"));
    }

    [Fact]
    public void FailedSync_LosesTheBytesAlthoughTheyAreReadAndTheNextSyncSucceeds()
    {
        using IDiskFile file = CreateDurable(File, [1]);
        file.Write(0, [2]);
        _files.FailSync(1);
        Assert.Throws<IOException>(file.Sync);
        file.Sync();

        Assert.Equal("/file=2", Describe(_files));
        Assert.Equal("/file=2", Describe(_files.Kill()));
        Assert.Equal(["/file=1", "/file=2"], Images().Select(Describe));
        _files.EvictCleanSectors();
        Assert.Equal("/file=1", Describe(_files));
    }

    [Fact]
    public void BytesWrittenAgainAfterAFailedSync_AreSyncedByTheNext()
    {
        using IDiskFile file = CreateDurable(File, [1]);
        file.Write(0, [2]);
        _files.FailSync(1);
        Assert.Throws<IOException>(file.Sync);
        file.Write(0, [2]);
        file.Sync();

        Assert.Equal(["/file=2"], Images().Select(Describe));
    }

    [Fact]
    public void FailedSyncOfAFolder_LosesTheNameAlthoughTheNextSyncSucceeds()
    {
        _files.Create(File).Dispose();
        _files.FailSync(1);
        Assert.Throws<IOException>(() => _files.SyncDirectory("/"));
        _files.SyncDirectory("/");
        Assert.Equal([false, true], Images().Select(static image => image.Exists(File)));
        _files.Delete(File);
        _files.Create(File).Dispose();
        _files.SyncDirectory("/");

        Assert.Equal([true], Images().Select(static image => image.Exists(File)));
    }

    [Fact]
    public void FullDisk_TakesWholeSectorsAndGetsThemBack()
    {
        using IDiskFile file = CreateDurable(File, Filled(100, 1));
        _files.FailWithDiskFullAfter(1_023);
        file.Write(100, Filled(412, 2)); // in the sector that it has
        DiskFullException exception = Assert.Throws<DiskFullException>(() => file.Write(510, Filled(1_000, 3)));
        Assert.Equal(File, exception.Path);
        Assert.Equal(1_024, file.Length);
        using IDiskFile other = _files.Create("/other");
        Assert.Throws<DiskFullException>(() => other.Write(0, [1]));
        _files.Delete(File);

        other.Write(0, [1]);
    }

    [Fact]
    public void PlannedWriteError_LeavesTheFirstHalf()
    {
        using IDiskFile file = CreateDurable(File, []);
        _files.FailWrite(2);
        file.Write(0, [1]);
        Assert.Throws<IOException>(() => file.Write(1, [2, 3, 4, 5]));

        Assert.Equal([1, 2, 3], _files.ReadAllBytes(File));
    }

    [Fact]
    public void PlannedReadError_IsThrownOnce()
    {
        using IDiskFile file = CreateDurable(File, [1]);
        _files.FailRead(2);

        Assert.Equal(1, file.Read(0, new byte[1]));
        Assert.Throws<IOException>(() => file.Read(0, new byte[1]));
        Assert.Equal(1, file.Read(0, new byte[1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PlannedFailure_OfAnyOperation_LeavesTheNamesAsTheyWere(bool isDiskFull)
    {
        using IDiskFile file = CreateDurable(File, [1]);
        Action[] operations =
        [
            () => _files.Create("/new"), () => _files.Rename(File, "/new"), () => _files.Delete(File), () => _files.CreateDirectory("/new"),
            () => file.SetLength(9), () => file.Write(0, [2]), file.Sync, () => _files.SyncDirectory("/"),
        ];
        foreach (Action operation in operations)
        {
            if (isDiskFull)
            {
                _files.FailOperationWithDiskFull(1);
                Assert.Throws<DiskFullException>(operation);
            }
            else
            {
                _files.FailOperation(1);
                Assert.Throws<IOException>(operation);
            }

            Assert.Equal("/file=1", Describe(_files));
        }
    }

    [Fact]
    public void FlippedBit_IsReadByOpenFilesAndAfterALossOfPower()
    {
        using IDiskFile file = CreateDurable(File, [0, 0]);
        _files.FlipBit(File, 10);
        byte[] read = new byte[2];
        file.Read(0, read);

        Assert.Equal([0, 4], read);
        Assert.Equal([0, 4], _files.PowerLoss(static _ => 0).ReadAllBytes(File));
    }

    [Fact]
    public void LossOfPowerInAWrite_EndsEverythingAndMayLeaveAnyPart()
    {
        using IDiskFile file = CreateDurable(File, new byte[1_024]);
        _files.CrashAtOperation(2);
        file.Write(0, [1]);
        Assert.Throws<PowerLostException>(() => file.Write(512, [2]));

        Assert.True(_files.IsPowerLost);
        Assert.Throws<PowerLostException>(() => file.Read(0, new byte[1]));
        Assert.Throws<PowerLostException>(() => _files.List("/"));
        Assert.Equal(["00", "02", "10", "12"], Images().Select(static image => string.Concat(FirstBytesOfSectors(image, File))));
    }

    [Fact]
    public void LossOfPowerInASync_MayLeaveNothingOfIt()
    {
        using IDiskFile file = CreateDurable(File, [1]);
        file.Write(0, [2]);
        _files.CrashAtOperation(1);
        Assert.Throws<PowerLostException>(file.Sync);

        Assert.Equal(["/file=1", "/file=2"], Images().Select(Describe));
    }

    [Fact]
    public void AtOperation_SeesTheImagesOfACrashInEachOperation()
    {
        List<string> seen = [];
        _files.AtOperation = () => seen.Add(string.Join('|', Images().Select(Describe)));
        using IDiskFile file = _files.Create(File);
        file.Write(0, [1]);
        file.Sync();
        _files.SyncDirectory("/");

        Assert.Equal(["|/file=", "|/file=|/file=0|/file=1", "|/file=|/file=0|/file=1", "|/file=1"], seen);
    }

    [Fact]
    public void KilledProcess_LosesNothingAndReleasesItsLocks()
    {
        IDisposable held = _files.Lock("/lock");
        using IDiskFile file = CreateDurable(File, [1]);
        file.Write(0, [2]);
        MemoryFileSystem killed = _files.Kill();
        file.Write(0, [3]);

        Assert.Equal("/file=2", Describe(killed));
        Assert.Equal(["/file=1", "/file=2"], CrashImages.Of(killed, new SeededRandom(1)).Select(Describe));
        killed.Lock("/lock").Dispose();
        held.Dispose();
    }

    [Fact]
    public void TooManyImages_AreASelectionWithTheLimitAndBothExtremes()
    {
        using IDiskFile file = CreateDurable(File, new byte[100 * 512]);
        file.Write(0, Filled(100 * 512, 1));
        IReadOnlyList<MemoryFileSystem> images = CrashImages.Of(_files, new SeededRandom(1), limit: 30);
        int[] written = [.. images.Select(static image => image.ReadAllBytes(File).Count(static value => value == 1))];

        Assert.Equal(30, written.Length);
        Assert.Equal([0, 100 * 512], written[..2]);
        Assert.Contains(512, written); // one sector only
        Assert.Contains(99 * 512, written); // all but one
        Assert.Equal(
            images.Select(Describe),
            CrashImages.Of(_files, new SeededRandom(1), limit: 30).Select(Describe));
    }

    private static byte[] Filled(int count, byte value)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static IEnumerable<byte> FirstBytesOfSectors(MemoryFileSystem image, string path) =>
        image.ReadAllBytes(path).Where(static (_, i) => i % 512 == 0);

    private static string Describe(MemoryFileSystem files) =>
        string.Join(' ', files.Paths.Select(path => $"{path}={string.Concat(files.ReadAllBytes(path))}"));

    private IReadOnlyList<MemoryFileSystem> Images() => CrashImages.Of(_files, new SeededRandom(1));

    private IDiskFile CreateDurable(string path, byte[] content)
    {
        IDiskFile file = _files.Create(path);
        file.Write(0, content);
        file.Sync();
        _files.SyncDirectory(Path.GetDirectoryName(path)!);
        return file;
    }
}
