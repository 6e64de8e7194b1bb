using Raft.Storage.Files.Tests.Log;
using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests;

/// <summary>Log and snapshots in one folder: entries are appended, saved in a snapshot and compacted, over and over.</summary>
public sealed class StorageCrashTests
{
    private const int Rounds = 5;
    private const int EntriesOfARound = 45; // of 1,000 bytes: a segment and a half in two rounds
    private const int Parts = 4; // of the operations, so that several tests share them

    public static TheoryData<int> EveryPart => [.. Enumerable.Range(0, Parts)];

    [Fact]
    public void Crash_AtAnyOperation_LosesNothingAcknowledged()
    {
        SimulatedFolder folder = new();
        Progress progress = new(folder);
        SeededRandom random = new(1);
        Exception? problem = null;
        int images = 0;
        folder.Files.AtOperation = () =>
        {
            foreach (MemoryFileSystem image in CrashImages.Of(folder.Files, random, limit: 12))
            {
                images++;
                problem ??= Record.Exception(() => progress.RequireKept(image)); // here, it would count as a failure of the disk
            }
        };
        progress.Run();

        Assert.Null(problem);
        Assert.True(progress.Log.IsComplete && progress.Saved == Rounds * EntriesOfARound);
        Assert.InRange(images, 500, 50_000);
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void FailedOperation_Whichever_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        for (int operation = 1 + part; ; operation += Parts)
        {
            SimulatedFolder folder = new();
            folder.Files.FailOperation(operation);
            Progress progress = new(folder);
            progress.Run();
            foreach (MemoryFileSystem image in CrashImages.Of(folder.Files, random, limit: 8))
            {
                progress.RequireKept(image);
            }

            progress.RequireKept(folder.Files.Kill());
            if (folder.Files.Operations.Count < operation)
            {
                break;
            }
        }
    }

    [Fact]
    public void FailedSyncOfTheFolder_SeenByASnapshot_StopsTheLogAtItsNextSegment()
    {
        SimulatedFolder folder = new();
        FileStorage storage = Open(folder);
        Append(folder, storage, 1);
        ISnapshotWriter writer = folder.Threads.Finish(storage.CreateAsync(1, 1, default, CancellationToken.None));
        folder.Files.FailSync(2); // the first is that of the file
        Assert.Throws<IOException>(() => folder.Threads.Finish(writer.CommitAsync(CancellationToken.None)));
        folder.Threads.Finish(writer.DisposeAsync());

        long last = 1;
        IOException exception = Assert.Throws<IOException>(() =>
        {
            while (last < 200)
            {
                Append(folder, storage, last + 1);
                last++;
            }
        });
        Assert.Contains("earlier sync has failed", exception.Message, StringComparison.Ordinal);
        folder.Threads.Finish(storage.CloseAsync());
        LogState reopened = LogImages.Open(folder, storage);
        Assert.InRange(reopened.LastIndex, last, last + 1);
        Append(folder, storage, reopened.LastIndex + 1);
    }

    private static FileStorage Open(SimulatedFolder folder)
    {
        FileStorage storage = folder.CreateStorage();
        LogImages.Open(folder, storage);
        return storage;
    }

    private static void Append(SimulatedFolder folder, FileStorage storage, long index) =>
        folder.Threads.Finish(storage.WriteAsync(new LogWrite(null, index, ContractEntries.Make(index, 1, 1, size: 10_000))));

    /// <summary>What was acknowledged so far.</summary>
    private sealed class Progress(SimulatedFolder folder)
    {
        public LogRun Log { get; } = new(folder);

        /// <summary>The index of the latest committed snapshot.</summary>
        public long Saved { get; private set; }

        /// <summary>Runs until the log fails. A snapshot that fails is left out, as by a node, which tries again later.</summary>
        public void Run()
        {
            Log.Open();
            for (int round = 0; round < Rounds && Append(); round++)
            {
                long index = Log.States[^1].LastIndex;
                Call("save", store => SaveAsync(store, index), static _ => { });
                if (Saved == index && !Call("compact", store => store.CompactAsync(index), log => log.Compact(index)))
                {
                    break;
                }
            }
        }

        /// <summary>Opens a disk after a crash.</summary>
        public void RequireKept(MemoryFileSystem image)
        {
            LogImages.RequireState(image, Log.States, Log.Acknowledged);
            SimulatedFolder reopened = new(image);
            FileStorage storage = reopened.CreateStorage();
            LogState state = LogImages.Open(reopened, storage);
            SnapshotInfo? snapshot = reopened.Threads.Finish(storage.FindLatestAsync(CancellationToken.None));
            long saved = snapshot?.LastIncludedIndex ?? 0;
            Assert.True(saved >= Saved, $"Snapshot {saved} is left, and {Saved} was reported as durable.");
            Assert.True(saved >= state.PreviousIndex, $"The snapshot ends at {saved}, and the log starts after {state.PreviousIndex}.");
            if (snapshot is { } found)
            {
                using Stream stream = reopened.Threads.Finish(storage.OpenReadAsync(found, CancellationToken.None));
                byte[] content = new byte[found.Length];
                stream.ReadExactly(content);
                Assert.Equal(ContentOf(saved), content);
            }
        }

        private static byte[] ContentOf(long index)
        {
            byte[] content = new byte[3_000];
            content.AsSpan().Fill((byte)index);
            return content;
        }

        private bool Append()
        {
            long first = Log.States[^1].LastIndex + 1;
            LogWrite write = new(null, first, ContractEntries.Make(first, EntriesOfARound, 1, size: 1_000));
            return Call("append", store => store.WriteAsync(write), log => log.Write(write));
        }

        private bool Call(string name, Func<FileStorage, ValueTask> call, Action<ExpectedLog> apply) =>
            Log.TryRun([new LogStep(name, call, apply)]);

        private async ValueTask SaveAsync(FileStorage store, long index)
        {
            try
            {
                await using ISnapshotWriter writer = await store.CreateAsync(index, 1, default, CancellationToken.None);
                await writer.Stream.WriteAsync(ContentOf(index));
                await writer.CommitAsync(CancellationToken.None);
                Saved = index;
            }
            catch (IOException)
            {
                // It is left out.
            }
        }
    }
}
