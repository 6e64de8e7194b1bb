using System.Diagnostics;
using System.Globalization;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Disk;

/// <summary>Many logs, each in its own folder, that all write a small group at once.</summary>
internal sealed class FoldersBenchmark(DiskFolder folder, DiskPace pace) : IDiskPart
{
    private const int SegmentBytes = 256 << 10;
    private const int FilesPerFolder = 3; // the lock, the segment and the next one
    private const int OtherFiles = 500;
    private const string Limits = "/proc/self/limits";

    private static readonly int[] Counts = [1, 100, 1_000];

    private readonly StoreCase _load = new(1, 128);

    public string Name => "folders";

    public int Steps => Counts.Length;

    public async Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress)
    {
        TextTable table = new(0, "folders", "created in, ms", "rounds", "ms per round, median", "ms, longest", "syncs/s");
        foreach (int wanted in Counts)
        {
            int count = Math.Min(wanted, (MaximumOpenFiles() - OtherFiles) / FilesPerFolder);
            progress.Begin(string.Create(CultureInfo.InvariantCulture, $"{count:N0} folders"));
            string path = folder.NewPath();
            FileStorageOptions options = new() { SegmentBytes = SegmentBytes };
            FileStorage[] stores =
                [.. Enumerable.Range(1, count).Select(number => new FileStorage(Path.Combine(path, $"{number}"), options))];
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(stores.Select(static store => store.OpenAsync("benchmark", "n1", CancellationToken.None).AsTask()));
            TimeSpan created = Stopwatch.GetElapsedTime(start);

            List<double> rounds = await WriteAsync(stores);
            await Task.WhenAll(stores.Select(static store => store.CloseAsync().AsTask()));
            Directory.Delete(path, recursive: true);
            table.Add(
                Figures.Whole(count),
                Figures.Whole(created.TotalMilliseconds),
                Figures.Whole(rounds.Count),
                Figures.Number(Median.Of(rounds)),
                Figures.Number(rounds.Max()),
                Figures.Whole(1e3 * rounds.Count * count / rounds.Sum()));
            progress.Advance();
        }

        return
        [
            new DiskTable(
                $"Logs in folders of their own, with segments of {Figures.Bytes(SegmentBytes)}. In a round each writes one entry of 128 B.",
                table),
        ];
    }

    /// <summary>Returns the milliseconds of each round.</summary>
    private async Task<List<double>> WriteAsync(FileStorage[] stores)
    {
        LogEntry[] entries = _load.CreateEntries();
        HardState hardState = new(1, null);
        Task[] writes = new Task[stores.Length];
        List<double> rounds = [];
        long start = Stopwatch.GetTimestamp();
        for (long index = 1; index == 1 || Stopwatch.GetElapsedTime(start) < pace.Duration * pace.Repetitions; index++)
        {
            long roundStart = Stopwatch.GetTimestamp();
            for (int i = 0; i < stores.Length; i++)
            {
                writes[i] = stores[i].WriteAsync(new LogWrite(index == 1 ? hardState : null, index, entries)).AsTask();
            }

            await Task.WhenAll(writes);
            rounds.Add(Stopwatch.GetElapsedTime(roundStart).TotalMilliseconds);
        }

        await Task.Yield(); // leaves the thread of the disk
        return rounds;
    }

    /// <summary>How many files this process may open; unlimited where that is not known.</summary>
    private static int MaximumOpenFiles()
    {
        string? line = File.Exists(Limits)
            ? File.ReadLines(Limits).FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal))
            : null;
        string? soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int maximum) ? maximum : int.MaxValue;
    }
}
