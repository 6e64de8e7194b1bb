using Raft.Storage.Files.Tests.Damage;

namespace Raft.Storage.Files.Tests;

/// <summary>
/// The very bytes of docs/file-format.md. If one of these fails, a node can no longer read what an earlier version has written. With
/// RAFT_WRITE_GOLDEN_FILES=1, the files are written again instead: only for an intended change of the format.
/// </summary>
public sealed class GoldenFileTests
{
    private static readonly DateTimeOffset Time = new(2024, 2, 29, 12, 30, 0, TimeSpan.Zero);

    private static string Folder { get; } = Path.Combine(FindProject(), "Golden");

    [Fact]
    public void Files_OfTheSameCalls_HaveExactlyTheseBytes()
    {
        FolderImage written = Write().Image;
        if (Environment.GetEnvironmentVariable("RAFT_WRITE_GOLDEN_FILES") == "1")
        {
            Replace(written);
        }

        FolderImage golden = Read();
        Assert.Equal(golden.Paths, written.Paths);
        foreach (string path in golden.Paths)
        {
            Assert.True(golden[path].AsSpan().SequenceEqual(written[path]), $"'{path}' differs from the file in '{Folder}'.");
        }
    }

    [Fact]
    public void Files_OfTheFirstVersion_AreReadAsWritten()
    {
        string log = new RecordedLog(storeId: StoreId).Reopen(Read());

        HardState hardState = new(3, "node-2") { Identity = Identity };
        LogEntry[] entries =
        [
            new(1, EntryKind.Command, new byte[] { 1, 2, 3 }, Time),
            new(2, EntryKind.NoOp, default, Time.AddTicks(1)),
            new(3, EntryKind.Configuration, new byte[] { 0xFF }, Time.AddTicks(2)),
        ];
        LogState state = new(hardState, PreviousIndex: 1, PreviousTerm: 1, LastIndex: 4, LastTerm: 3) { CommitIndex = 2 };
        Assert.Equal(LogModel.Describe(in state, entries), log);
    }

    [Fact]
    public void Snapshot_OfTheFirstVersion_IsReadAsWritten()
    {
        StepThreads threads = new();
        SnapshotFilesStore snapshots = new(Read(), threads, RecordedLog.Directory);

        SnapshotInfo found = Assert.NotNull(threads.Finish(snapshots.FindLatestAsync(CancellationToken.None)));
        Assert.Equal((1, 1), (found.LastIncludedIndex, found.LastIncludedTerm));
        Assert.Equal("header"u8.ToArray(), found.Header.ToArray());
        using Stream content = threads.Finish(snapshots.OpenReadAsync(found, CancellationToken.None));
        using StreamReader reader = new(content);
        Assert.Equal("content", reader.ReadToEnd());
    }

    private const string StoreId = "00112233-4455-6677-8899-aabbccddeeff";

    private static ClusterIdentity Identity { get; } = new(new UInt128(0x0011223344556677, 0x8899AABBCCDDEEFF), Generation: 1);

    /// <summary>Two segments of two openings, the next one, the reserve, and a snapshot.</summary>
    private static RecordedLog Write()
    {
        RecordedLog log = new(storeId: StoreId);
        log.Open();
        HardState hardState = new(1, null) { Identity = Identity, Join = new JoinState(CommitIndex: 9) };
        log.Append(
            hardState,
            new LogEntry(1, EntryKind.NoOp, default, DateTimeOffset.UnixEpoch),
            new LogEntry(1, EntryKind.Command, new byte[] { 1, 2, 3 }, Time),
            new LogEntry(1, EntryKind.Command, "replaced"u8.ToArray(), Time));
        log.Write(new HardState(2, "node-1") { Identity = Identity }, 3, commitIndex: 2, new LogEntry(2, EntryKind.NoOp, default, Time.AddTicks(1)));
        log.Close();
        WriteSnapshot(log);
        log.Open();
        log.Compact(1);
        log.Append(new HardState(3, "node-2") { Identity = Identity }, new LogEntry(3, EntryKind.Configuration, new byte[] { 0xFF }, Time.AddTicks(2)));
        log.Close();
        return log;
    }

    private static void WriteSnapshot(RecordedLog log)
    {
        StepThreads threads = new();
        SnapshotFilesStore snapshots = new(log.Files, threads, RecordedLog.Directory);
        ISnapshotWriter writer = threads.Finish(snapshots.CreateAsync(1, 1, "header"u8.ToArray(), CancellationToken.None));
        writer.Stream.Write("content"u8);
        threads.Finish(writer.CommitAsync(CancellationToken.None));
        threads.Finish(writer.DisposeAsync());
    }

    private static FolderImage Read() => new(Directory.GetFiles(Folder).Select(static path =>
        KeyValuePair.Create(Path.Combine(RecordedLog.Directory, Path.GetFileName(path)), File.ReadAllBytes(path))));

    private static void Replace(FolderImage written)
    {
        Directory.CreateDirectory(Folder);
        foreach (string path in Directory.GetFiles(Folder))
        {
            File.Delete(path);
        }

        foreach (string path in written.Paths)
        {
            File.WriteAllBytes(Path.Combine(Folder, Path.GetFileName(path)), written[path]);
        }
    }

    private static string FindProject()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Raft.Storage.Files.Tests.csproj")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The folder of the test project was not found.");
    }
}
