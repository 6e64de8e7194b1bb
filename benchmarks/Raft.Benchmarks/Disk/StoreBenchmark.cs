using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Disk;

/// <summary>The log alone, in turns with a loop that writes as many bytes to one file.</summary>
internal sealed class StoreBenchmark(DiskFolder folder, DiskPace pace) : IDiskPart
{
    private const double Goal = 0.8;

    private static readonly StoreCase[] Cases =
    [
        .. from payload in (int[])[128, 1_024] from entries in (int[])[1, 16, 256, 4_096] select new StoreCase(entries, payload),
        new(4_096, 1_024, IsCompacted: false),
    ];

    private readonly Dictionary<StoreCase, List<Pair>> _pairs = Cases.ToDictionary(static load => load, static _ => new List<Pair>());
    private readonly Dictionary<StoreCase, (GroupsWritten Written, DiskUse Use)> _profiles = [];

    public string Name => "store";

    public int Steps => (pace.Repetitions + 1) * Cases.Length;

    public async Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress)
    {
        await using StoreLoop store = await StoreLoop.OpenAsync(folder.NewPath());
        using BareFile bare = new(folder.NewPath());
        for (int repetition = 1; repetition <= pace.Repetitions; repetition++)
        {
            foreach (StoreCase load in Cases)
            {
                progress.Begin($"repetition {repetition}, the log alone, {load}");
                await MeasureAsync(store, bare, load);
                progress.Advance();
            }
        }

        WatchedFiles files = new();
        await using StoreLoop watched = await StoreLoop.OpenAsync(folder.NewPath(), files);
        foreach (StoreCase load in Cases)
        {
            progress.Begin($"where the time goes, {load}");
            await watched.RunAsync(load, pace.WarmUp);
            DiskUse before = files.Use;
            GroupsWritten written = await watched.RunAsync(load, pace.Duration * pace.Repetitions / 2);
            _profiles[load] = (written, files.Use.Since(before));
            progress.Advance();
        }

        return [Speeds(), Profile()];
    }

    private async Task MeasureAsync(StoreLoop store, BareFile bare, StoreCase load)
    {
        GroupsWritten ours;
        if (load.IsCompacted)
        {
            await store.RunAsync(load, pace.WarmUp);
            ours = await store.RunAsync(load, pace.Duration);
        }
        else
        {
            await using StoreLoop growing = await StoreLoop.OpenAsync(folder.NewPath());
            await growing.RunAsync(load, pace.WarmUp);
            ours = await growing.RunAsync(load, pace.Duration);
        }

        await BareLoop.RunAsync([bare], load.Bytes, pace.WarmUp);
        _pairs[load].Add(new Pair(ours, await BareLoop.RunAsync([bare], load.Bytes, pace.Duration)));
    }

    private DiskTable Speeds()
    {
        TextTable table = new(
            1, "group", "entries/s", "MB/s", "us per sync", "allocated, B/entry", "bare, entries/s", "bare, MB/s", "bare, us per sync",
            "of bare");
        foreach (StoreCase load in Cases)
        {
            SideBySide speeds = new(load.IsCompacted ? Goal : double.NaN);
            foreach (Pair pair in _pairs[load])
            {
                speeds.Add(pair.Ours.PerSecond, pair.Bare.PerSecond);
            }

            table.Add(
                load.ToString(),
                Figures.Whole(speeds.Ours * load.Entries),
                Figures.Number(speeds.Ours * load.Bytes / 1e6),
                Figures.Whole(1e6 / speeds.Ours),
                Figures.Number(Median.Of(_pairs[load].Select(pair => (double)pair.Ours.AllocatedBytes / pair.Ours.Groups / load.Entries))),
                Figures.Whole(speeds.Bare * load.Entries),
                Figures.Number(speeds.Bare * load.Bytes / 1e6),
                Figures.Whole(1e6 / speeds.Bare),
                speeds.Verdict);
        }

        return new DiskTable("The log alone, and a loop that writes as many payload bytes to one file of zeros and syncs it.", table);
    }

    private DiskTable Profile()
    {
        TextTable table = new(1, "group", "us per group", "in writes", "in syncs", "the rest", "syncs per group", "bytes written per payload byte");
        foreach (StoreCase load in Cases)
        {
            (GroupsWritten written, DiskUse use) = _profiles[load];
            double total = written.Elapsed.TotalMicroseconds / written.Groups;
            double writing = use.Writing.TotalMicroseconds / written.Groups;
            double syncing = use.Syncing.TotalMicroseconds / written.Groups;
            table.Add(
                load.ToString(),
                Figures.Number(total),
                Figures.Number(writing),
                Figures.Number(syncing),
                Figures.Number(total - writing - syncing),
                Figures.Number((double)use.Syncs / written.Groups),
                Figures.Number((double)use.Bytes / written.Groups / load.Bytes));
        }

        return new DiskTable(
            "Where the time of a group goes. Segments that are prepared ahead count too, on another thread, so the rest may be negative.", table);
    }

    /// <summary>Two measurements that followed each other.</summary>
    private readonly record struct Pair(GroupsWritten Ours, GroupsWritten Bare);
}
