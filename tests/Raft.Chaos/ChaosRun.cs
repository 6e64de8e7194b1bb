using System.Globalization;
using Raft.Cli;
using Raft.Testing;

namespace Raft.Chaos;

/// <summary>One run: starts a cluster, lets faults strike while clients work, heals everything, and checks what is left.</summary>
internal sealed class ChaosRun(Arguments arguments, Findings findings)
{
    private const int Interrupted = 130;
    private const int RoundOperations = 100_000;

    private const int AnswerAttempts = 4;

    private static readonly TimeSpan ConvergeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConvergeLimitAfterFinding = TimeSpan.FromSeconds(10); // they may never
    private static readonly TimeSpan LastAnswersLimit = TimeSpan.FromSeconds(30);

    private readonly CommitWatch _commits = new();
    private readonly SeededRandom _random = new((ulong)arguments.Seed);
    private readonly string[] _ids = IdsOf(arguments);
    private readonly ReadCounts _reads = new(IdsOf(arguments));

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        RunFolder folder = RunFolder.Create(arguments);
        Console.WriteLine(arguments.Command);
        using InterruptSignals interrupt = new();
        using HomeThread home = new();
        Volumes volumes = await home.RunAsync(() => arguments.UsesVolumes ? Volumes.Create(folder.Nodes, _ids) : Volumes.CreateFolders(folder.Nodes, _ids));
        Console.WriteLine(volumes.WhyNotSmall is null
            ? "Each node has a small ext4 file system."
            : $"Full disks are left out: {volumes.WhyNotSmall}.");

        await using ClusterLinks links = new(arguments.Nodes);
        Cluster cluster = new(
            new ClusterSettings(_ids, folder.Logs, CreateCertificates(folder), arguments.SnapshotAfter), links, home, volumes, findings);
        Verdict? verdict = null;
        try
        {
            verdict = await RunAsync(cluster, links, volumes, home, folder, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            Console.WriteLine("Interrupted.");
        }
        catch (Exception exception)
        {
            findings.Report($"the run itself has failed: {exception}");
            verdict = new Verdict { Others = 1 };
        }
        finally
        {
            await cluster.KillAllAsync();
        }

        verdict = await ClearAsync(verdict, volumes, home, folder);

        if (findings.First is { } first)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"The first violation was found after {Math.Ceiling(first.TotalSeconds):0} s, of {findings.Count}."));
        }

        Console.WriteLine(verdict);
        return verdict is null ? Interrupted : verdict.IsGood ? 0 : 1;
    }

    /// <summary>Leaves nothing of a good run, and everything of another one.</summary>
    private async Task<Verdict?> ClearAsync(Verdict? verdict, Volumes volumes, HomeThread home, RunFolder folder)
    {
        try
        {
            if (verdict is { IsGood: true })
            {
                await home.RunAsync(volumes.Unmount);
                folder.Delete();
            }
            else
            {
                await home.RunAsync(() => folder.Keep(volumes));
            }

            return verdict;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Report($"the folder of the run cannot be {(verdict is { IsGood: true } ? "deleted" : "kept")}: {exception.Message}");
            return (verdict ?? new Verdict()) with { Others = 1 };
        }
    }

    private async Task<Verdict> RunAsync(
        Cluster cluster, ClusterLinks links, Volumes volumes, HomeThread home, RunFolder folder, CancellationToken interrupt)
    {
        using HistoryRounds rounds = new(findings, folder.Path, RoundOperations);
        rounds.Start();
        Traffic traffic = new(
            arguments.Clients, cluster, new TrafficEvents(_commits.Acknowledged, _reads.Add, rounds.Add, findings.Report), _random.Fork());
        FaultRun faults = new(
            new Schedule(arguments.Seed, volumes.WhyNotSmall is null, arguments.Faults),
            cluster,
            new ProcessFaults(cluster),
            new NetworkFaults(links, arguments.Nodes),
            new DiskFaults(cluster, volumes, home, findings),
            _commits,
            findings);
        ResourceWatch watch = new(cluster, volumes, home, traffic, findings);

        await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(node => cluster.StartAsync(node, FirstStart.Bootstrap)));
        await ConvergeAsync(cluster, "at the start");
        int hanging = await StrikeAsync(faults, traffic, watch, interrupt);
        interrupt.ThrowIfCancellationRequested();
        long reads = _reads.Total;

        (long lost, long duplicated) = await CheckStateAsync(cluster, traffic);
        await CheckReadsAsync(cluster, traffic);
        await CheckFoldersAsync(cluster, volumes, home);
        rounds.Finish(traffic.Registers);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"faults: {faults.Counts}; unknown {traffic.Unknown}; longest time to the next commit {_commits.Longest.TotalMilliseconds:0} ms"));
        Console.WriteLine($"linearizable reads answered: {_reads}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"history: {rounds.Checked} operations in {rounds.Rounds} rounds, the largest with {rounds.LargestRound}; {watch.Largest}"));
        int counted = (int)Math.Min(int.MaxValue, lost + duplicated + rounds.Nonlinearizable + hanging);
        return new Verdict
        {
            Faults = faults.Count,
            Acknowledged = traffic.Acknowledged,
            Reads = reads,
            FewestReads = _reads.Fewest,
            Checked = rounds.Checked,
            Lost = lost,
            Duplicated = duplicated,
            Nonlinearizable = rounds.Nonlinearizable,
            Hanging = hanging,
            Others = counted > 0 ? 0 : findings.Count,
        };
    }

    /// <summary>Lets clients work and faults strike, until the time is over or something is found.</summary>
    /// <returns>How many clients wait for an answer that does not come.</returns>
    private async Task<int> StrikeAsync(FaultRun faults, Traffic traffic, ResourceWatch watch, CancellationToken interrupt)
    {
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(interrupt, findings.Any);
        using CancellationTokenSource work = new();
        time.CancelAfter(TimeSpan.FromSeconds(arguments.Seconds));
        findings.Begin();
        traffic.Start(work.Token);
        Task watching = watch.RunAsync(work.Token);
        await faults.RunAsync(time.Token);
        await work.CancelAsync();
        int hanging = await traffic.EndAsync(LastAnswersLimit);
        await watching;
        if (hanging > 0)
        {
            findings.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"{hanging} clients are not answered {LastAnswersLimit.TotalSeconds:0} s after all faults, although their connections are open"));
        }

        return hanging > 0 ? hanging : watch.IsHanging ? 1 : 0;
    }

    private async Task<(long Lost, long Duplicated)> CheckStateAsync(Cluster cluster, Traffic traffic)
    {
        await ConvergeAsync(cluster, "after all faults");
        List<(string Node, StateAudit Audit)> audits = [];
        for (int node = 0; node < cluster.Count; node++)
        {
            StateAudit? audit = null;
            for (int attempt = 0; audit is null && attempt < AnswerAttempts; attempt++)
            {
                audit = await cluster.AuditAsync(node);
            }

            if (audit is null)
            {
                findings.Report($"{cluster[node].Id} does not answer which commands it has applied");
            }
            else
            {
                audits.Add((cluster[node].Id, audit));
            }
        }

        if (audits.Count == 0)
        {
            return (0, 0); // nobody answers, which was reported
        }

        foreach (string difference in StateCheck.FindDifferent(audits))
        {
            findings.Report(difference);
        }

        IReadOnlyList<string> lost = [.. audits.SelectMany(each => StateCheck.FindLost(traffic.Accounts, each.Audit)).Distinct()];
        if (lost.Count > 0)
        {
            findings.Report(string.Create(CultureInfo.InvariantCulture, $"{lost.Count} commands are lost: {StateCheck.Describe(lost)}"));
        }

        long duplicated = audits.Max(static each => each.Audit.Duplicates);
        if (duplicated > 0)
        {
            findings.Report(string.Create(CultureInfo.InvariantCulture, $"{duplicated} commands were applied again"));
        }

        return (lost.Count, duplicated);
    }

    /// <summary>Every node must answer a linearizable read, and as nothing is written any more, all with the same value.</summary>
    private async Task CheckReadsAsync(Cluster cluster, Traffic traffic)
    {
        List<(string Node, RegisterOutput Output)> outputs = [];
        for (int node = 0; node < cluster.Count; node++)
        {
            RegisterOutput? output = null;
            for (int attempt = 0; output is null && attempt < AnswerAttempts; attempt++)
            {
                output = await cluster.ReadAsync(node, traffic.LastRegister);
            }

            if (output is { } answered)
            {
                _reads.Add(node);
                outputs.Add((cluster[node].Id, answered));
            }
            else
            {
                findings.Report($"{cluster[node].Id} does not answer a linearizable read after all faults");
            }
        }

        foreach (string difference in StateCheck.FindDifferentReads(traffic.LastRegister, outputs))
        {
            findings.Report(difference);
        }
    }

    private async Task CheckFoldersAsync(Cluster cluster, Volumes volumes, HomeThread home)
    {
        long committed = await cluster.LowestCommitAsync();
        await Task.WhenAll(Enumerable.Range(0, cluster.Count).Select(cluster.StopAsync));
        for (int node = 0; node < cluster.Count; node++)
        {
            await cluster.VerifyAsync(node, wasKilled: false);
        }

        int common = 0;
        string? difference = await home.RunAsync(() => FolderCheck.Compare([.. _ids.Select(volumes.FolderOf)], committed, out common));
        if (difference is not null)
        {
            findings.Report(difference);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"logs: all are sound, and agree in at least {common} common entries, committed through {committed}"));
    }

    private async Task ConvergeAsync(Cluster cluster, string when)
    {
        TimeSpan limit = findings.Count == 0 ? ConvergeLimit : ConvergeLimitAfterFinding;
        if (await cluster.ConvergeAsync(limit) is null)
        {
            string nodes = await cluster.DescribeAsync();
            findings.Report(string.Create(
                CultureInfo.InvariantCulture, $"the nodes do not agree within {limit.TotalSeconds:0} s {when}: {nodes}"));
        }
    }

    private static string[] IdsOf(Arguments arguments) => [.. Enumerable.Range(1, arguments.Nodes).Select(static number => $"n{number}")];

    private string CreateCertificates(RunFolder folder)
    {
        if (!arguments.UsesTls)
        {
            return "";
        }

        using StringWriter output = new(CultureInfo.InvariantCulture);
        string[] command = ["certs", "--cluster", ServerProgram.ClusterId, "--nodes", string.Join(',', _ids), "--out", folder.Certificates];
        return RaftCommand.Run(command, output, output) == 0 ? folder.Certificates : throw new IOException(output.ToString());
    }
}
