using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Raft.Storage.Files.Tests.Simulated;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>
/// A log on a simulated disk, and what it held after each of its groups. Calls are made one at a time, so each has a group of its own.
/// </summary>
internal sealed class RecordedLog(int segmentBytes = RecordedLog.SmallSegment, string storeId = RecordedLog.FirstStore)
{
    /// <summary>Seven small groups and their header.</summary>
    public const int SmallSegment = 8 * Layout.Sector;

    public const string FirstStore = "00000000-0000-0000-0000-000000000001";
    public const string SecondStore = "00000000-0000-0000-0000-000000000002";
    public const string Directory = "/node";
    public const string ClusterId = "raft";

    private readonly LogModel _model = new();
    private readonly List<string> _states = [LogModel.Blank];
    private readonly List<RecordedGroup> _groups = [];
    private StepThreads _threads = new();
    private FileLog? _log;

    public static NodeId NodeId { get; } = "n1";

    public MemoryFileSystem Files { get; private set; } = new();

    /// <summary>What the log held after so many groups. The first group is that of the first opening.</summary>
    public IReadOnlyList<string> States => _states;

    /// <summary>Where the groups are.</summary>
    public IReadOnlyList<RecordedGroup> Groups => _groups;

    /// <summary>The index of the last entry.</summary>
    public long LastIndex => _model.LastIndex;

    /// <summary>The paths of the segments, the oldest first.</summary>
    public IEnumerable<string> Segments => _groups.Select(static group => group.Path).Distinct().Where(Files.Exists);

    /// <summary>The files as they are now.</summary>
    public FolderImage Image => new(Files);

    public static string PathOf(int number) => Path.Combine(Directory, SegmentFile.NameOf(number));

    public static LogEntry Entry(long term, string data) =>
        new(term, EntryKind.Command, System.Text.Encoding.UTF8.GetBytes(data), new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Open()
    {
        _log = Create(Files, _threads, segmentBytes, Guid.Parse(storeId, CultureInfo.InvariantCulture));
        Files.CreateDirectory(Directory);
        _log.Open(ClusterId, NodeId, Files.Lock(Path.Combine(Directory, "lock")));
        Record();
    }

    /// <summary>Ends the process without closing the log.</summary>
    public void Kill() => (_log, _threads, Files) = (null, new StepThreads(), Files.Kill());

    public void Close() => Do(_log!.CloseAsync());

    public void Append(HardState? hardState, params LogEntry[] entries) => Write(hardState, _model.LastIndex + 1, commitIndex: 0, entries);

    public void Write(HardState? hardState, long firstIndex, long commitIndex, params LogEntry[] entries)
    {
        LogWrite write = new(hardState, firstIndex, entries) { CommitIndex = commitIndex };
        _model.Write(in write);
        Do(_log!.WriteAsync(in write));
    }

    public void Compact(long index)
    {
        _model.Compact(index);
        Do(_log!.CompactAsync(index));
    }

    public void Reset(long index, long term)
    {
        _model.Reset(index, term);
        Do(_log!.ResetAsync(index, term));
    }

    /// <summary>Reads entries of the open log.</summary>
    public ReadOnlyMemory<LogEntry> Read(long firstIndex, int maximumEntries = int.MaxValue) =>
        _threads.Finish(_log!.ReadAsync(firstIndex, maximumEntries, long.MaxValue, CancellationToken.None));

    /// <summary>Opens the log of a disk as another process would, and reads all of it.</summary>
    /// <exception cref="StorageCorruptedException">It was refused.</exception>
    public string Reopen(FolderImage files)
    {
        StepThreads threads = new();
        FileLog log = Create(files, threads, segmentBytes, Guid.Empty);
        LogState state = log.Open(ClusterId, NodeId, files.Lock(Path.Combine(Directory, "lock")));
        List<LogEntry> entries = [];
        while (state.PreviousIndex + entries.Count < state.LastIndex)
        {
            ReadOnlyMemory<LogEntry> read = threads.Finish(
                log.ReadAsync(state.PreviousIndex + entries.Count + 1, int.MaxValue, long.MaxValue, CancellationToken.None));
            Assert.False(read.IsEmpty, "The log does not return an entry that it says it has.");
            entries.AddRange(read.Span);
        }

        string text = LogModel.Describe(in state, entries);
        Assert.True(text == LogModel.Blank || state.Store!.Id.ToString() == storeId, "It has the id of another store.");
        return text;
    }

    private static FileLog Create(IFileSystem files, StepThreads threads, int segmentBytes, Guid storeId) =>
        new(files, threads, Directory, segmentBytes, () => storeId, NullLogger.Instance);

    private void Do(ValueTask call)
    {
        _threads.Finish(call);
        Record();
    }

    private void Record()
    {
        _states.Add(_model.ToString());
        _groups.Add(RecordedGroup.LastWritten(Files));
    }
}
