using System.Globalization;
using System.Net;

namespace Raft.Chaos;

/// <summary>The nodes of a run, with the links between them.</summary>
internal sealed class Cluster : IServerDirectory
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly ClusterLinks _links;
    private readonly Findings _findings;
    private readonly HomeThread _home;
    private readonly Volumes _volumes;
    private readonly ClusterNode[] _nodes;

    public Cluster(ClusterSettings settings, ClusterLinks links, HomeThread home, Volumes volumes, Findings findings)
    {
        (_links, _home, _volumes, _findings) = (links, home, volumes, findings);
        _nodes =
        [
            .. settings.Ids.Select((id, number) => new ClusterNode(
                id,
                new LogFile(Path.Combine(settings.LogFolder, $"{id}.log")),
                home,
                firstStart => new ServerArguments(
                    id, volumes.FolderOf(id), firstStart, settings.SnapshotAfter, settings.Certificates, MembersAsSeenBy(number, settings.Ids)),
                findings)),
        ];
    }

    public int Count => _nodes.Length;

    public ClusterNode this[int node] => _nodes[node];

    public IPEndPoint? AddressOf(int node) => _nodes[node].Clients;

    public int IndexOf(string id) => Array.FindIndex(_nodes, node => node.Id == id);

    /// <summary>Starts the node's process, unless it runs.</summary>
    /// <returns>Whether it is ready.</returns>
    public async Task<bool> StartAsync(int node, FirstStart firstStart, bool mayEnd = false)
    {
        if (_nodes[node].Process is not null)
        {
            return true;
        }

        _links.SetListener(node, null);
        IPEndPoint? address = await _nodes[node].StartAsync(firstStart, StartLimit, mayEnd);
        _links.SetListener(node, address);
        return address is not null;
    }

    /// <summary>Kills a node's process, and verifies what it leaves.</summary>
    public async Task KillAsync(int node)
    {
        await _nodes[node].KillAsync();
        await VerifyAsync(node, wasKilled: true);
    }

    /// <summary>Stops a node's process in good order.</summary>
    public Task StopAsync(int node) => _nodes[node].StopAsync(StopLimit);

    /// <summary>Verifies the folder of a node that does not run.</summary>
    public async Task VerifyAsync(int node, bool wasKilled)
    {
        string folder = _volumes.FolderOf(_nodes[node].Id);
        if (await _home.RunAsync(() => FolderCheck.Verify(folder, wasKilled)) is { } problem)
        {
            _findings.Report(problem);
        }
    }

    /// <summary>What a node reports about itself; null if it does not answer.</summary>
    public async Task<NodeReport?> ReportAsync(int node) =>
        await AskAsync(node, Requests.Status) is { } answer ? NodeReport.Parse(answer) : null;

    /// <summary>What a node's state machine has applied; null if it does not answer.</summary>
    public async Task<StateAudit?> AuditAsync(int node) =>
        await AskAsync(node, Requests.Audit) is { } answer ? StateAudit.Parse(answer) : null;

    /// <summary>What a linearizable read of a register on a node returns; null if it does not answer.</summary>
    public async Task<RegisterOutput?> ReadAsync(int node, string key) =>
        await AskAsync(node, $"{Requests.Read} {key}") is { } answer ? RegisterOutput.Parse(answer) : null;

    /// <summary>Waits until a node has applied what the leader has committed by now.</summary>
    /// <returns>Whether it has within the limit.</returns>
    public async Task<bool> WaitUntilCaughtUpAsync(int node, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        giveUp.CancelAfter(limit);
        long goal = long.MaxValue;
        while (!giveUp.IsCancellationRequested)
        {
            NodeReport? report = await ReportAsync(node);
            if (goal == long.MaxValue && report is { LastIndex: > 0 })
            {
                // The goal is read after the node has begun to receive, so it is not below the one of a node that joins.
                goal = await HighestCommitAsync() ?? goal;
            }

            if (report?.AppliedIndex >= goal)
            {
                return true;
            }

            await Task.Delay(PollInterval, CancellationToken.None);
        }

        return false;
    }

    /// <summary>Waits until all nodes have the same leader, and have applied the same entries.</summary>
    /// <returns>The last index; null if that is not so within the limit.</returns>
    public async Task<long?> ConvergeAsync(TimeSpan limit)
    {
        using CancellationTokenSource giveUp = new(limit);
        while (!giveUp.IsCancellationRequested)
        {
            NodeReport?[] reports = await Task.WhenAll(Enumerable.Range(0, Count).Select(ReportAsync));
            if (reports[0] is { } first && first.Leader != NodeReport.NoLeader
                && Array.TrueForAll(reports, report => report is not null && report.Leader == first.Leader && report.Term == first.Term
                    && report.AppliedIndex == first.LastIndex && report.LastIndex == first.LastIndex))
            {
                return first.LastIndex;
            }

            await Task.Delay(PollInterval, CancellationToken.None);
        }

        return null;
    }

    /// <summary>What all nodes say of themselves, for people.</summary>
    public async Task<string> DescribeAsync()
    {
        NodeReport?[] reports = await Task.WhenAll(Enumerable.Range(0, Count).Select(ReportAsync));
        return string.Join("; ", _nodes.Zip(reports, static (node, report) => $"{node.Id}: {report?.ToString() ?? "no answer"}"));
    }

    /// <summary>The last entry that all nodes know to be committed.</summary>
    public async Task<long> LowestCommitAsync()
    {
        NodeReport?[] reports = await Task.WhenAll(Enumerable.Range(0, Count).Select(ReportAsync));
        return reports.Min(static report => report?.CommitIndex) ?? 0;
    }

    /// <summary>Kills all processes that still run.</summary>
    public Task KillAllAsync() => Task.WhenAll(_nodes.Select(static node => node.KillAsync()));

    private async Task<long?> HighestCommitAsync()
    {
        NodeReport?[] reports = await Task.WhenAll(Enumerable.Range(0, Count).Select(ReportAsync));
        return reports.Max(static report => report?.CommitIndex);
    }

    private async Task<string?> AskAsync(int node, string request)
    {
        if (AddressOf(node) is not { } address || await ServerConnection.OpenAsync(node, address, CancellationToken.None) is not { } connection)
        {
            return null;
        }

        using (connection)
        {
            try
            {
                string? answer = await connection.AskAsync(request).WaitAsync(AnswerLimit);
                return answer?.StartsWith(Answers.Here, StringComparison.Ordinal) == true ? answer[(Answers.Here.Length + 1)..] : null;
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    private string[] MembersAsSeenBy(int viewer, IReadOnlyList<string> ids) =>
    [
        .. ids.Select((id, number) => string.Create(
            CultureInfo.InvariantCulture, $"{id}={(number == viewer ? new IPEndPoint(IPAddress.Loopback, 0) : _links.AddressOf(viewer, number))}")),
    ];
}

/// <summary>What all nodes of a run have in common.</summary>
/// <param name="Ids">Their ids.</param>
/// <param name="LogFolder">The folder for what they print.</param>
/// <param name="Certificates">The folder with certificates; empty for plaintext.</param>
/// <param name="SnapshotAfter">After how many entries they take a snapshot.</param>
internal sealed record ClusterSettings(IReadOnlyList<string> Ids, string LogFolder, string Certificates, int SnapshotAfter);
