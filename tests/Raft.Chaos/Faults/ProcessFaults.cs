namespace Raft.Chaos;

/// <summary>Faults of the processes.</summary>
internal sealed class ProcessFaults(Cluster cluster)
{
    /// <summary>Begins a fault, waits, and ends it.</summary>
    public async Task RunAsync(Fault fault, int target, TimeSpan duration, CancellationToken stop)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                await cluster.KillAsync(target);
                await PauseThenStartAsync([target], duration, stop);
                break;
            case FaultKind.KillAll:
                int[] all = [.. Enumerable.Range(0, cluster.Count)];
                await Task.WhenAll(all.Select(cluster.KillAsync));
                await PauseThenStartAsync(all, duration, stop);
                break;
            case FaultKind.Pause:
                await PauseAsync(target, duration, stop);
                break;
            case FaultKind.Restart:
                await cluster.StopAsync(target);
                await PauseThenStartAsync([target], duration, stop);
                break;
            case FaultKind.RollingRestart:
                for (int step = 0; step < cluster.Count && !stop.IsCancellationRequested; step++)
                {
                    int node = (target + step) % cluster.Count;
                    await cluster.StopAsync(node);
                    await cluster.StartAsync(node, FirstStart.Refuse);
                }

                break;
        }
    }

    /// <summary>Continues all processes that are stopped.</summary>
    public void ContinueAll()
    {
        for (int node = 0; node < cluster.Count; node++)
        {
            cluster[node].Process?.Continue();
        }
    }

    private async Task PauseThenStartAsync(int[] nodes, TimeSpan duration, CancellationToken stop)
    {
        try
        {
            await Task.Delay(duration, stop);
        }
        finally
        {
            // At the end of a run too: all nodes take part in what follows.
            await Task.WhenAll(nodes.Select(node => cluster.StartAsync(node, FirstStart.Refuse)));
        }
    }

    private async Task PauseAsync(int target, TimeSpan duration, CancellationToken stop)
    {
        ServerProcess? process = cluster[target].Process;
        process?.Pause();
        try
        {
            await Task.Delay(duration, stop);
        }
        finally
        {
            process?.Continue();
        }
    }
}
