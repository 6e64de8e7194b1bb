using System.Globalization;

namespace Raft.Chaos;

/// <summary>Watches what all processes use, and how long requests wait, while a run lasts.</summary>
internal sealed class ResourceWatch(Cluster cluster, Volumes volumes, HomeThread home, Traffic traffic, Findings findings)
{
    private const long Mebibyte = 1_024 * 1_024;
    private const long MostServerMemory = 512 * Mebibyte;
    private const long MostOwnMemory = 1_024 * Mebibyte;
    private const long MostDisk = 64 * Mebibyte;
    private const int ReportEvery = 10; // rounds

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a request may wait, while its connection is open: far longer than a process is paused.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private long _serverMemory;
    private long _ownMemory;
    private long _disk;

    /// <summary>The largest values so far.</summary>
    public string Largest => string.Create(
        CultureInfo.InvariantCulture,
        $"memory of a server {_serverMemory / Mebibyte} MiB, of the clients and proxies {_ownMemory / Mebibyte} MiB, "
            + $"disk of a node {_disk / Mebibyte} MiB");

    /// <summary>Whether a request has waited for too long.</summary>
    public bool IsHanging { get; private set; }

    /// <summary>Watches until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (int round = 1; !stop.IsCancellationRequested; round++)
        {
            await Task.Delay(Interval, CancellationToken.None);
            await CheckAsync();
            if (round % ReportEvery == 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"         {traffic.Acknowledged} acknowledged, {traffic.Unknown} unknown, {Largest}"));
            }
        }
    }

    private async Task CheckAsync()
    {
        for (int node = 0; node < cluster.Count; node++)
        {
            string id = cluster[node].Id;
            Check($"the process of {id} has", cluster[node].Process?.MemoryBytes ?? 0, MostServerMemory, ref _serverMemory);
            long disk = await home.RunAsync(() => volumes.BytesOf(id));
            Check($"the folder of {id} has", disk, MostDisk, ref _disk);
        }

        Check("the clients and proxies have", ProcessMemory.Read(Environment.ProcessId), MostOwnMemory, ref _ownMemory);
        if (traffic.LongestWait is var wait && wait > LongestWait && !IsHanging)
        {
            IsHanging = true;
            string nodes = await cluster.DescribeAsync();
            findings.Report(string.Create(
                CultureInfo.InvariantCulture, $"a request is not answered after {wait.TotalSeconds:0} s: {nodes}"));
        }
    }

    private void Check(string what, long bytes, long most, ref long largest)
    {
        if (bytes > most && largest <= most)
        {
            findings.Report(string.Create(CultureInfo.InvariantCulture, $"{what} {bytes / Mebibyte} MiB; {most / Mebibyte} are allowed"));
        }

        largest = Math.Max(largest, bytes);
    }
}
