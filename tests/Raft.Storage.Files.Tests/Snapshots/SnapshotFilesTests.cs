using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Snapshots;

public sealed class SnapshotFilesTests
{
    private const string Folder = "/node";

    private static readonly byte[] Header = [9, 8, 7];

    private readonly MemoryFileSystem _files = new();
    private readonly StepThreads _threads = new();

    [Fact]
    public void CommittedSnapshot_IsTheOnlyFile()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 100);
        Store(store, 12, 100);

        Assert.Equal(["00000000000000000012-00000000000000000003.snapshot"], _files.List(Folder));
    }

    [Fact]
    public void Format_OfASmallSnapshot_IsAsDocumented()
    {
        Store(Open(_files), 5, 2);

        Assert.Equal(
            "52414654534E4150" // RAFTSNAP
            + "01000000" + "03000000" // version, length of the node's header
            + "0500000000000000" + "0300000000000000" + "0200000000000000" // index, term, length of the content
            + "090807" + "1C2645DCDD3D9A42" // the node's header, checksum
            + "0007" + "2ED663871C389390", // content, checksum
            Convert.ToHexString(_files.ReadAllBytes(PathOf(5))));
    }

    [Fact]
    public void Leftovers_OfACrash_AreRemovedAtOpening()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 100);
        ISnapshotWriter writer = Begin(store, 9, 100_000);
        MemoryFileSystem killed = _files.Kill();
        Assert.Equal(2, killed.List(Folder).Count);
        SnapshotFilesStore reopened = Open(killed);

        Assert.Equal(["00000000000000000005-00000000000000000003.snapshot"], killed.List(Folder));
        Assert.Equal(5, Find(reopened)?.LastIncludedIndex);
        _threads.Finish(writer.DisposeAsync());
    }

    [Fact]
    public void FlippedByte_OfASnapshot_IsRefusedOrDetectedByReading()
    {
        Store(Open(_files), 5, 40);
        string path = PathOf(5);
        int length = _files.ReadAllBytes(path).Length;
        for (int bit = 0; bit < length * 8; bit++)
        {
            _files.FlipBit(path, bit);
            SnapshotFilesStore store = Open(_files);
            StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(() => Read(store, Find(store)!.Value));
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
            _files.FlipBit(path, bit);
        }

        Assert.Equal(40, Read(Open(_files), Find(Open(_files))!.Value).Length);
    }

    [Fact]
    public void Snapshot_CutAnywhere_IsRefused()
    {
        Store(Open(_files), 5, 40);
        byte[] whole = _files.ReadAllBytes(PathOf(5));
        for (int length = 0; length < whole.Length; length++)
        {
            _files.SetContent(PathOf(5), whole.AsSpan(0, length));
            SnapshotFilesStore store = Open(_files);
            StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(() => Find(store));
            Assert.Contains("replace the node", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void DamagedSnapshot_NextToAnEarlierOne_IsRefused()
    {
        Store(Open(_files), 5, 40);
        byte[] earlier = _files.ReadAllBytes(PathOf(5));
        Store(Open(_files), 6, 40);
        _files.SetContent(PathOf(5), earlier);
        _files.FlipBit(PathOf(6), 300);

        Assert.Throws<StorageCorruptedException>(() => Find(Open(_files)));
    }

    [Fact]
    public void Snapshot_UnderTheNameOfAnother_IsRefused()
    {
        Store(Open(_files), 5, 40);
        _files.Rename(PathOf(5), PathOf(6));
        StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(() => Find(Open(_files)));

        Assert.Contains("it contains the snapshot up to index 5", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_OfANewerFormat_IsRefusedWithBothVersions()
    {
        Store(Open(_files), 5, 40);
        byte[] bytes = _files.ReadAllBytes(PathOf(5));
        bytes[8] = 2;
        _files.SetContent(PathOf(5), bytes);
        StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(() => Find(Open(_files)));

        Assert.Contains("has format version 2", exception.Message, StringComparison.Ordinal);
        Assert.Contains("reads versions up to 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedContent_IsDetectedInEveryPassAndPieceSize()
    {
        Store(Open(_files), 5, 200_000);
        _files.FlipBit(PathOf(5), 8 * 150_000);
        SnapshotFilesStore store = Open(_files);
        foreach (int piece in (int[])[1_000, 65_536, 100_000, 200_000])
        {
            using Stream stream = _threads.Finish(store.OpenReadAsync(Find(store)!.Value, CancellationToken.None));
            stream.Position = 199_984; // as a node does, which keeps a checksum of its own there
            stream.ReadExactly(new byte[16]);
            stream.Position = 0;
            Assert.Throws<StorageCorruptedException>(() => ReadToEnd(stream, piece));
            Assert.Throws<StorageCorruptedException>(() => stream.Read(new byte[1]));
        }
    }

    [Fact]
    public void DamageBetweenTwoPasses_IsDetectedInTheSecond()
    {
        Store(Open(_files), 5, 200_000);
        SnapshotFilesStore store = Open(_files);
        using Stream stream = _threads.Finish(store.OpenReadAsync(Find(store)!.Value, CancellationToken.None));
        ReadToEnd(stream, 100_000);
        _files.FlipBit(PathOf(5), 8 * 150_000);
        stream.Position = 0;

        Assert.Throws<StorageCorruptedException>(() => ReadToEnd(stream, 100_000));
    }

    [Fact]
    public void OpenStream_OnASnapshotThatWasReplaced_IsReadToItsEnd()
    {
        SnapshotFilesStore store = Open(_files);
        SnapshotInfo first = Store(store, 5, 200_000);
        using Stream stream = _threads.Finish(store.OpenReadAsync(first, CancellationToken.None));
        Store(store, 6, 10);

        Assert.Equal(200_000, ReadToEnd(stream, 1_000));
        Assert.Throws<FileNotFoundException>(() => _threads.Finish(store.OpenReadAsync(first, CancellationToken.None)));
    }

    [Fact]
    public void SecondSnapshot_OfTheSameEntries_LeavesTheFirst()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 100);
        SnapshotInfo second = Store(store, 5, 200);

        Assert.Equal(100, Find(store)?.Length);
        Assert.Throws<FileNotFoundException>(() => _threads.Finish(store.OpenReadAsync(second, CancellationToken.None)));
        Assert.Single(_files.List(Folder));
    }

    [Fact]
    public void Snapshot_BeforeItsFolderIsSynced_IsNotVisible()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 100);
        ISnapshotWriter writer = Begin(store, 6, 100);
        _files.FailSync(2); // the first is that of the file
        Assert.Throws<IOException>(() => _threads.Finish(writer.CommitAsync(CancellationToken.None)));
        _threads.Finish(writer.DisposeAsync());

        Assert.Equal(5, Find(store)?.LastIncludedIndex);
        Assert.Equal(5, Find(Open(_files.Kill()))?.LastIncludedIndex);
        Assert.Equal(6, Store(store, 6, 100).LastIncludedIndex);
        Assert.Equal(6, Find(Open(_files.PowerLoss(static _ => 0)))?.LastIncludedIndex);
    }

    [Fact]
    public void Commit_AfterAFailedWrite_Fails()
    {
        SnapshotFilesStore store = Open(_files);
        ISnapshotWriter writer = Begin(store, 5, 100);
        _files.FailWrite(1);
        Assert.Throws<IOException>(writer.Stream.Flush);

        Assert.Throws<IOException>(() => _threads.Finish(writer.CommitAsync(CancellationToken.None)));
        _threads.Finish(writer.DisposeAsync());
        Assert.Empty(_files.List(Folder));
    }

    [Fact]
    public void Commit_OnAFullDisk_FailsAndLeavesNothing()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 100);
        for (long free = 0; free < 200_000; free += 30_000)
        {
            _files.FailWithDiskFullAfter(free);
            ISnapshotWriter writer = _threads.Finish(store.CreateAsync(6, 3, Header, CancellationToken.None));
            Assert.Throws<DiskFullException>(() =>
            {
                writer.Stream.Write(new byte[200_000]);
                _threads.Finish(writer.CommitAsync(CancellationToken.None));
            });
            _threads.Finish(writer.DisposeAsync());
            Assert.Single(_files.List(Folder));
        }

        Assert.Equal(5, Find(store)?.LastIncludedIndex);
    }

    [Fact]
    public void Crash_InAnyOperation_LeavesTheLatestCommittedSnapshotOrALaterOne()
    {
        MemoryFileSystem files = new();
        SnapshotFilesStore store = Open(files);
        SeededRandom random = new(1);
        long committed = 0;
        int images = 0;
        files.AtOperation = () => CheckImages();
        foreach (long index in (long[])[5, 6, 7, 7])
        {
            committed = Store(store, index, Length(index)).LastIncludedIndex;
            CheckImages();
        }

        Assert.InRange(images, 200, 10_000);

        void CheckImages()
        {
            foreach (MemoryFileSystem image in CrashImages.Of(files, random, limit: 200))
            {
                images++;
                SnapshotFilesStore reopened = Open(image);
                SnapshotInfo? found = Find(reopened);
                Assert.InRange(found?.LastIncludedIndex ?? 0, committed, committed + 6);
                Assert.Equal(found is null ? 0 : 1, image.List(Folder).Count);
                if (found is { } snapshot)
                {
                    Assert.Equal(Length(snapshot.LastIncludedIndex), Read(reopened, snapshot).Length);
                }
            }
        }

        static int Length(long index) => (int)index * 130;
    }

    [Fact]
    public void SnapshotOfAProcessThatWasKilledBeforeItsSync_IsDurableOnceItIsFound()
    {
        SnapshotFilesStore store = Open(_files);
        Store(store, 5, 700);
        List<MemoryFileSystem> killed = [];
        _files.AtOperation = () => killed.Add(_files.Kill());
        Store(store, 6, 700);
        foreach (MemoryFileSystem files in killed)
        {
            long found = Find(Open(files))!.Value.LastIncludedIndex;
            Assert.All(CrashImages.Of(files, new SeededRandom(1)), image =>
                Assert.Equal(found, Find(Open(image))?.LastIncludedIndex));
        }
    }

    [Fact]
    public void SnapshotThatIsLeftAfterAFailedSyncOfItsName_IsDurableOnceItIsFound()
    {
        List<MemoryFileSystem> killed = [];
        for (int operation = 1; operation <= 12; operation++)
        {
            MemoryFileSystem files = new();
            ISnapshotWriter writer = Begin(Open(files), 6, 700);
            files.FailSync(2); // the first is that of the file
            files.FailOperation(operation); // for one of them the deletion that follows, as if the process were killed before it
            Assert.Throws<IOException>(() => _threads.Finish(writer.CommitAsync(CancellationToken.None)));
            if (files.Exists(PathOf(6)))
            {
                killed.Add(files.Kill());
            }
        }

        MemoryFileSystem left = Assert.Single(killed);
        Assert.Equal(6, Find(Open(left))?.LastIncludedIndex);
        Assert.All(CrashImages.Of(left, new SeededRandom(1)), image =>
            Assert.Equal(6, Find(Open(image))?.LastIncludedIndex));
    }

    [Fact]
    public void Snapshot_LeftBetweenTheRenamingsOfAnOpening_IsFound()
    {
        Store(Open(_files), 5, 700);
        _files.Rename(PathOf(5), Path.Combine(Folder, new SnapshotName(5, 3).RenamedFile));

        Assert.Equal(5, Find(Open(_files))?.LastIncludedIndex);
        Assert.Equal(["00000000000000000005-00000000000000000003.snapshot"], _files.List(Folder));
        Assert.Equal(5, Find(Open(_files.PowerLoss(static _ => 0)))?.LastIncludedIndex);
    }

    [Fact]
    public void Crash_WhileOpening_KeepsTheCommittedSnapshot()
    {
        Store(Open(_files), 5, 700);
        byte[] earlier = _files.ReadAllBytes(PathOf(5));
        Store(Open(_files), 6, 700);
        _files.SetContent(PathOf(5), earlier);
        Begin(Open(_files), 7, 100_000);
        SeededRandom random = new(1);
        MemoryFileSystem killed = _files.Kill();
        int images = 0;
        killed.AtOperation = () =>
        {
            foreach (MemoryFileSystem image in CrashImages.Of(killed, random))
            {
                images++;
                Assert.Equal(6, Find(Open(image))?.LastIncludedIndex);
            }
        };
        Open(killed);

        Assert.True(images > 20);
        Assert.Equal([new SnapshotName(6, 3).File], killed.List(Folder));
    }

    [Fact]
    public void FailedOperation_Whichever_LosesNoCommittedSnapshotAndNeedsNoNewProcess()
    {
        foreach (bool isDiskFull in (bool[])[false, true])
        {
            for (int operation = 1; operation <= 12; operation++)
            {
                MemoryFileSystem files = new();
                SnapshotFilesStore store = Open(files);
                Store(store, 5, 700);
                if (isDiskFull)
                {
                    files.FailOperationWithDiskFull(operation);
                }
                else
                {
                    files.FailOperation(operation);
                }

                long committed = TryStore(store, 6) ? 6 : 5;
                Assert.Equal(committed, Find(store)?.LastIncludedIndex);
                Assert.Equal(committed, Find(Open(files.Kill()))?.LastIncludedIndex);
                Assert.All(CrashImages.Of(files, new SeededRandom(1)), image =>
                    Assert.InRange(Find(Open(image))!.Value.LastIncludedIndex, committed, 6));
                Assert.True(TryStore(store, 7) || TryStore(store, 7)); // the failure may still be to come
                Assert.Single(files.List(Folder));
            }
        }
    }

    [Fact]
    public void ReadError_FailsTheRead()
    {
        SnapshotFilesStore store = Open(_files);
        SnapshotInfo snapshot = Store(store, 5, 200_000);
        using Stream stream = _threads.Finish(store.OpenReadAsync(snapshot, CancellationToken.None));
        stream.ReadExactly(new byte[10]);
        _files.FailRead(1);
        Assert.Throws<IOException>(() => ReadToEnd(stream, 100_000));
        stream.Position = 0;
        Assert.Equal(200_000, ReadToEnd(stream, 100_000));

        _files.FailRead(1);
        Assert.Throws<IOException>(() => Find(store));
    }

    [Fact]
    public void FilesOfOthers_AreLeftAtOpening()
    {
        Store(Open(_files), 5, 40);
        foreach (string name in (string[])["notes.tmp", "copy.snapshot", "00000000000000000001.log"])
        {
            _files.SetContent(Path.Combine(Folder, name), [1]);
        }

        Store(Open(_files), 6, 40);
        Open(_files);

        Assert.Equal(
            ["00000000000000000001.log", new SnapshotName(6, 3).File, "copy.snapshot", "notes.tmp"],
            _files.List(Folder));
    }

    [Fact]
    public void FailedSync_InAnyCall_LosesNoCommittedSnapshot()
    {
        for (int sync = 1; sync <= 5; sync++)
        {
            MemoryFileSystem files = new();
            SnapshotFilesStore store = Open(files);
            long committed = Store(store, 5, 700).LastIncludedIndex;
            files.FailSync(sync);
            for (long index = 6; index < 9; index++)
            {
                ISnapshotWriter writer = Begin(store, index, 700);
                try
                {
                    committed = _threads.Finish(writer.CommitAsync(CancellationToken.None)).LastIncludedIndex;
                }
                catch (IOException)
                {
                }

                _threads.Finish(writer.DisposeAsync());
                MemoryFileSystem killed = files.Kill();
                Assert.Equal(committed, Find(Open(killed))?.LastIncludedIndex); // another process sees no more than this one
                EveryChoice.Run(
                    choose => Assert.InRange(
                        Find(Open(killed.PowerLoss(count => count > 2 ? choose(2) * (count - 1) : choose(count))))!.Value.LastIncludedIndex,
                        committed,
                        index),
                    limit: 5_000);
            }
        }
    }

    private static string PathOf(long index) => Path.Combine(Folder, new SnapshotName(index, 3).File);

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 7 % 251))];

    private static int ReadToEnd(Stream stream, int piece)
    {
        byte[] buffer = new byte[piece];
        int total = 0;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            total += read;
        }

        return total;
    }

    private SnapshotFilesStore Open(MemoryFileSystem files) => new(files, _threads, Folder);

    private SnapshotInfo? Find(SnapshotFilesStore store) => _threads.Finish(store.FindLatestAsync(CancellationToken.None));

    private byte[] Read(SnapshotFilesStore store, SnapshotInfo snapshot)
    {
        using Stream stream = _threads.Finish(store.OpenReadAsync(snapshot, CancellationToken.None));
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        Assert.Equal(Content(content.Length), content);
        return content;
    }

    private ISnapshotWriter Begin(SnapshotFilesStore store, long index, int length)
    {
        ISnapshotWriter writer = _threads.Finish(store.CreateAsync(index, 3, Header, CancellationToken.None));
        writer.Stream.Write(Content(length));
        return writer;
    }

    private bool TryStore(SnapshotFilesStore store, long index)
    {
        ISnapshotWriter? writer = null;
        try
        {
            writer = Begin(store, index, 700);
            _threads.Finish(writer.CommitAsync(CancellationToken.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            if (writer is not null)
            {
                _threads.Finish(writer.DisposeAsync());
            }
        }
    }

    private SnapshotInfo Store(SnapshotFilesStore store, long index, int length)
    {
        ISnapshotWriter writer = Begin(store, index, length);
        SnapshotInfo info = _threads.Finish(writer.CommitAsync(CancellationToken.None));
        _threads.Finish(writer.DisposeAsync());
        return info;
    }
}
