using System.Globalization;

namespace Raft.Chaos;

/// <summary>Faults of the volumes.</summary>
internal sealed class DiskFaults(Cluster cluster, Volumes volumes, HomeThread home, Findings findings)
{
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(20);

    private readonly int[] _all = [.. Enumerable.Range(0, cluster.Count)];

    /// <summary>Begins a fault, waits, and ends it.</summary>
    public Task RunAsync(Fault fault, int target, TimeSpan duration, CancellationToken stop) => fault.Kind switch
    {
        FaultKind.FullDisk => FillAsync(target, duration, stop),
        FaultKind.HungDisk => HangAsync([target], fault.Breaks ? [target] : [], duration, stop),
        FaultKind.HungDisks => HangAsync([.. _all.Where(node => node != target)], _all, duration, stop),
        _ => LoseAsync(target, refuses: fault.Breaks, duration, stop),
    };

    /// <summary>A node whose disk is full may fail. With space again, it starts and has everything.</summary>
    private async Task FillAsync(int target, TimeSpan duration, CancellationToken stop)
    {
        string id = cluster[target].Id;
        if (cluster[target].Process is { } process)
        {
            process.MayEnd = true;
            await home.RunAsync(() => volumes.Fill(id));
            try
            {
                await Task.Delay(duration, stop);
            }
            finally
            {
                await home.RunAsync(() => volumes.Free(id));
                await RestartAsync(target, process);
            }
        }
    }

    /// <summary>
    /// Disks do not answer. What a process has not written by then is lost when it is killed meanwhile, as if the power had failed.
    /// </summary>
    private async Task HangAsync(int[] targets, int[] killed, TimeSpan duration, CancellationToken stop)
    {
        List<HungDisk> hung = [];
        Task killing = Task.CompletedTask;
        try
        {
            foreach (int target in targets)
            {
                hung.Add(await home.RunAsync(() => volumes.Hang(cluster[target].Id)));
            }

            await Task.Delay(duration, stop);
            killing = Task.WhenAll(killed.Select(cluster.KillAsync)); // a process ends only when its disk answers
        }
        finally
        {
            foreach (HungDisk disk in hung)
            {
                await disk.DisposeAsync();
            }

            await killing;
            await Task.WhenAll(killed.Select(target => cluster.StartAsync(target, FirstStart.Refuse)));
        }
    }

    /// <summary>A node that has survived the full disk may still fail when it continues, so it is restarted in any case.</summary>
    private async Task RestartAsync(int target, ServerProcess process)
    {
        await cluster.KillAsync(target);
        if (process.IsPaused)
        {
            process.Continue();
        }

        await cluster.StartAsync(target, FirstStart.Refuse);
    }

    /// <summary>
    /// A volume comes back empty. The node refuses to start, and then joins. Until it has caught up, there is no other fault: a voter that
    /// has lost what it acknowledged can, together with other failures, lose data in any Raft.
    /// </summary>
    private async Task LoseAsync(int target, bool refuses, TimeSpan duration, CancellationToken stop)
    {
        for (int node = 0; node < cluster.Count; node++)
        {
            if (!await cluster.WaitUntilCaughtUpAsync(node, CatchUpLimit, stop))
            {
                RequireCaughtUp(node, "before a volume is lost", stop);
                return;
            }
        }

        await cluster.KillAsync(target);
        await home.RunAsync(() => volumes.Empty(cluster[target].Id));
        if (refuses)
        {
            await RequireRefusalAsync(target);
        }

        await Task.Delay(duration, CancellationToken.None);
        await cluster.StartAsync(target, FirstStart.Join);
        if (!await cluster.WaitUntilCaughtUpAsync(target, CatchUpLimit, CancellationToken.None))
        {
            RequireCaughtUp(target, "after it has joined with an empty volume", CancellationToken.None);
        }
    }

    private void RequireCaughtUp(int node, string when, CancellationToken stop)
    {
        if (!stop.IsCancellationRequested)
        {
            findings.Report(string.Create(
                CultureInfo.InvariantCulture, $"{cluster[node].Id} has not caught up within {CatchUpLimit.TotalSeconds:0} s {when}"));
        }
    }

    private async Task RequireRefusalAsync(int target)
    {
        await cluster.StartAsync(target, FirstStart.Refuse, mayEnd: true).WaitAsync(RefusalLimit);
        ClusterNode node = cluster[target];
        if (Refusal.FindProblem(node.Id, node.ExitCode, node.LastLine) is { } problem)
        {
            findings.Report(problem);
            await node.KillAsync();
        }

        await home.RunAsync(() => volumes.Empty(cluster[target].Id));
    }
}
