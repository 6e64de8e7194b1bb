using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Reports;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>How long it takes to open a long log, and the memory that it needs meanwhile.</summary>
internal sealed partial class OpeningBenchmark(DiskFolder folder, bool isQuick) : IDiskPart
{
    private const int DoNotNeed = 4; // POSIX_FADV_DONTNEED
    private const double GoalMilliseconds = 2_000;

    private static readonly StoreCase[] Cases = [new(256, 1_024), new(256, 128), new(16, 128), new(1, 128)];

    private readonly long[] _sizes = isQuick ? [32L << 20, 128L << 20] : [256L << 20, 1L << 30];

    public string Name => "opening";

    public int Steps => Cases.Length * _sizes.Length;

    public async Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress)
    {
        TextTable table = new(
            1, "groups", "log, MiB", "entries", "from the cache, ms", "from the disk, ms", "allocated, MiB", "peak of the working set, MiB",
            "kept on the heap, MiB");
        folder.Require(2 * _sizes[^1]);
        foreach (StoreCase load in Cases)
        {
            foreach (long size in _sizes)
            {
                progress.Begin($"opening, groups of {load}, {size >> 20} MiB");
                string path = folder.NewPath();
                StoreLoop filled = await StoreLoop.OpenAsync(path, new WatchedFiles(syncs: false));
                await filled.FillAsync(load, size);
                long lastIndex = await filled.CloseAsync();
                Opening cached = await MeasureAsync(path, lastIndex);
                Opening? fromDisk = OperatingSystem.IsLinux() ? await MeasureFromDiskAsync(path, lastIndex) : null;
                Directory.Delete(path, recursive: true);
                table.Add(
                    load.ToString(),
                    Figures.Mebibytes(size),
                    Figures.Whole(lastIndex),
                    Milliseconds(cached),
                    fromDisk is { } opening ? Milliseconds(opening) : "",
                    Figures.Mebibytes(cached.AllocatedBytes),
                    Figures.Mebibytes(cached.WorkingSetBytes),
                    Figures.Mebibytes(cached.KeptBytes));
                progress.Advance();
            }
        }

        return [new DiskTable("Opening a log (goal: 1 GiB in under 2 s, in memory that does not grow with the log).", table)];
    }

    private static string Milliseconds(Opening opening) =>
        Figures.Whole(opening.Elapsed.TotalMilliseconds) + (opening.Elapsed.TotalMilliseconds > GoalMilliseconds ? " (MISSED)" : "");

    private static async Task<Opening> MeasureFromDiskAsync(string path, long lastIndex)
    {
        foreach (string file in Directory.GetFiles(path))
        {
            using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            DiskPlatform.Current.Sync(handle, file);
            Advise(handle, 0, 0, DoNotNeed);
        }

        return await MeasureAsync(path, lastIndex);
    }

    private static async Task<Opening> MeasureAsync(string path, long lastIndex)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        using CancellationTokenSource opened = new();
        using Process process = Process.GetCurrentProcess();
        long workingSet = process.WorkingSet64;
        Task<long> peak = MeasuringThread.RunAsync(() => WatchWorkingSet(process, opened.Token));
        FileStorage storage = new(path);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        LogState state = await storage.OpenAsync("benchmark", "n1", CancellationToken.None);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        await Task.Yield(); // leaves the thread of the disk
        await opened.CancelAsync();
        long growth = await peak - workingSet;
        long kept = GC.GetTotalMemory(forceFullCollection: true) - heap;
        await storage.CloseAsync();
        await Task.Yield(); // leaves the thread of the disk
        return state.LastIndex == lastIndex
            ? new Opening(elapsed, allocated, Math.Max(0, growth), kept)
            : throw new InvalidOperationException($"The log ended at {lastIndex}, and at {state.LastIndex} when it was opened again.");
    }

    private static long WatchWorkingSet(Process process, CancellationToken opened)
    {
        long peak = 0;
        do
        {
            process.Refresh();
            peak = Math.Max(peak, process.WorkingSet64);
        }
        while (!opened.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5)));

        return peak;
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    /// <summary>What one opening took.</summary>
    /// <param name="Elapsed">How long.</param>
    /// <param name="AllocatedBytes">What the process allocated meanwhile.</param>
    /// <param name="WorkingSetBytes">The growth of the working set, at its peak.</param>
    /// <param name="KeptBytes">The growth of the heap, after a collection.</param>
    private readonly record struct Opening(TimeSpan Elapsed, long AllocatedBytes, long WorkingSetBytes, long KeptBytes);
}
