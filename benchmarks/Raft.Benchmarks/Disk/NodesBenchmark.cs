using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>Three nodes with their logs on one disk, in turns with a loop that syncs three files for each group of commits.</summary>
internal sealed class NodesBenchmark(DiskFolder folder, DiskPace pace, IReadOnlyList<int> proposers) : IDiskPart
{
    private const int Nodes = 3;
    private const int PayloadBytes = 128;
    private const double DefaultGoal = 0.6;

    private static readonly Dictionary<int, double> Goals = new() { [1] = 0.9, [64] = DefaultGoal, [256] = DefaultGoal, [1_024] = 0.5 };

    private readonly List<Row> _rows =
    [
        .. from number in proposers.Count == 0 ? [1, 64, 256, 1_024] : proposers
           select new Row(new LoadCase(number, PayloadBytes), new SideBySide(Goals.GetValueOrDefault(number, double.NaN))),
    ];

    /// <summary>What went wrong.</summary>
    public List<string> Differences { get; } = [];

    public string Name => "nodes";

    public int Steps => pace.Repetitions * _rows.Count;

    public async Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress)
    {
        WatchedFiles watched = new();
        string path = folder.NewPath();
        BareFile[] files = [.. Enumerable.Range(0, Nodes).Select(_ => new BareFile(folder.NewPath()))];
        RaftGroup group = new(
            new ChannelNetwork(), Nodes, createLogStore: id =>
                new FileStorage(Path.Combine(path, id), null, null, watched, DiskThreads.Shared, Guid.NewGuid));
        await using (RaftContender raft = new("files", "Raft.Core over ChannelTransport, with its logs in files", group))
        {
            await raft.StartAsync();
            for (int repetition = 1; repetition <= pace.Repetitions; repetition++)
            {
                foreach (Row row in _rows)
                {
                    progress.Begin($"repetition {repetition}, three nodes, {row.Load}");
                    await MeasureAsync(raft, files, watched, row);
                    progress.Advance();
                }
            }
        }

        Directory.Delete(path, recursive: true);
        Array.ForEach(files, static file => file.Dispose());
        return [Speeds(), Profile()];
    }

    private async Task MeasureAsync(RaftContender raft, BareFile[] files, WatchedFiles watched, Row row)
    {
        DiskUse before = watched.Use;
        Measurement measured = await ClosedLoop.RunAsync(raft, row.Load, pace.WarmUp, pace.Duration, () =>
        {
            before = watched.Use;
            return true;
        });
        row.Use = row.Use.Plus(watched.Use.Since(before));
        row.Measurements.Add(measured);
        if (await raft.FindDifferenceAsync() is { } difference)
        {
            Differences.Add($"three nodes, {row.Load}: {difference}");
        }

        int bytes = row.Load.Proposers * PayloadBytes;
        await BareLoop.RunAsync(files, bytes, pace.WarmUp);
        GroupsWritten bare = await BareLoop.RunAsync(files, bytes, pace.Duration);
        row.Speeds.Add(measured.CommitsPerSecond, bare.PerSecond * row.Load.Proposers);
    }

    private DiskTable Speeds()
    {
        TextTable table = new(
            0, "proposers", "commits/s", "p50 us", "p99 us", "CPU us", "allocated beyond the payload, B", "bare, commits/s", "of bare",
            "failures");
        foreach (Row row in _rows)
        {
            Measurement median = Measurement.MedianOf(row.Measurements);
            table.Add(
                Figures.Whole(row.Load.Proposers),
                Figures.Whole(median.CommitsPerSecond),
                Figures.Whole(median.P50Microseconds),
                Figures.Whole(median.P99Microseconds),
                Figures.Number(median.CpuMicrosecondsPerCommit),
                Figures.Whole(median.AllocatedBeyondPayload),
                Figures.Whole(row.Speeds.Bare),
                row.Speeds.Verdict,
                Figures.Whole(median.Failures));
        }

        return new DiskTable(
            "Three nodes on one disk, commands of 128 B, and a loop that syncs three files in parallel for each group of as many payloads "
            + "as there are proposers.", table);
    }

    private DiskTable Profile()
    {
        TextTable table = new(
            0, "proposers", "syncs/s, all nodes", "commits per sync of a node", "us per sync", "us in writes per sync", "nodes syncing, mean",
            "bytes written per payload byte");
        foreach (Row row in _rows)
        {
            TimeSpan duration = pace.Duration * pace.Repetitions;
            double commits = row.Measurements.Sum(static each => each.CommitsPerSecond) * pace.Duration.TotalSeconds;
            table.Add(
                Figures.Whole(row.Load.Proposers),
                Figures.Whole(row.Use.Syncs / duration.TotalSeconds),
                Figures.Number(commits / row.Use.Syncs * Nodes),
                Figures.Whole(row.Use.Syncing.TotalMicroseconds / row.Use.Syncs),
                Figures.Number(row.Use.Writing.TotalMicroseconds / row.Use.Syncs),
                Figures.Number(row.Use.Syncing / duration),
                Figures.Number(row.Use.Bytes / commits / Nodes / PayloadBytes));
        }

        return new DiskTable("What the three nodes did with the disk.", table);
    }

    /// <summary>One case.</summary>
    private sealed record Row(LoadCase Load, SideBySide Speeds)
    {
        public List<Measurement> Measurements { get; } = [];

        public DiskUse Use { get; set; }
    }
}
