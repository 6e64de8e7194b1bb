using System.Diagnostics;
using System.Globalization;

namespace Raft.Chaos;

/// <summary>Carries out a schedule: each step begins, lasts, ends, and is followed by a commit.</summary>
internal sealed class FaultRun(
    Schedule schedule, Cluster cluster, ProcessFaults processes, NetworkFaults network, DiskFaults disks, CommitWatch commits, Findings findings)
{
    /// <summary>How long the next commit may take when the faults of a step are over, on a machine with other work too.</summary>
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(20);

    private readonly SortedDictionary<FaultKind, int> _counts = [];

    /// <summary>How many faults there were.</summary>
    public int Count => _counts.Values.Sum();

    /// <summary>How many of each kind.</summary>
    public string Counts => string.Join(", ", _counts.Select(static kind => $"{kind.Key} {kind.Value}"));

    /// <summary>Carries out steps until it is stopped. Then everything is healed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                ScheduleStep step = schedule.Next();
                await Task.Delay(step.Pause, stop);
                int[] targets = [.. step.Faults.Select(fault => TargetOf(fault))];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{elapsed.Elapsed.TotalSeconds,6:0.0} s  step {step}  [{string.Join(", ", targets.Select(target => cluster[target].Id))}]"));
                await RunAsync(step, targets, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The time is over.
        }
        finally
        {
            network.Heal();
            processes.ContinueAll();
        }
    }

    private async Task RunAsync(ScheduleStep step, int[] targets, CancellationToken stop)
    {
        Fault[] faults = [.. step.Faults];
        await Task.WhenAll(faults.Zip(targets, (fault, target) => RunAsync(fault, target, step.Duration, stop)));
        if (await commits.WaitForNextAsync(CommitLimit, stop) is null)
        {
            string nodes = await cluster.DescribeAsync();
            findings.Report(string.Create(
                CultureInfo.InvariantCulture, $"nothing is committed {CommitLimit.TotalSeconds:0} s after step {step.Number}: {nodes}"));
        }
    }

    private Task RunAsync(Fault fault, int target, TimeSpan duration, CancellationToken stop)
    {
        _counts[fault.Kind] = _counts.GetValueOrDefault(fault.Kind) + 1;
        return fault.Kind switch
        {
            >= FaultKind.FullDisk and <= FaultKind.LostVolume => disks.RunAsync(fault, target, duration, stop),
            <= FaultKind.RollingRestart => processes.RunAsync(fault, target, duration, stop),
            _ => network.RunAsync(fault, target, duration, stop),
        };
    }

    private int TargetOf(Fault fault)
    {
        int leader = commits.Leader;
        return fault.Target == FaultTarget.Leader ? leader : (leader + 1 + (fault.Choice % (cluster.Count - 1))) % cluster.Count;
    }
}
