using System.Globalization;
using System.Net;

namespace Raft.Chaos;

/// <summary>One node: its folder, its log file, and its process, if one runs.</summary>
internal sealed class ClusterNode(string id, LogFile log, HomeThread home, Func<FirstStart, ServerArguments> arguments, Findings findings)
{
    /// <summary>What no node must ever log here: members of another cluster, and a follower whose disk has lost what it had acknowledged.</summary>
    private static readonly string[] Alarms = ["Raft.RaftNode[150]", "Raft.RaftNode[152]"];

    private ServerProcess? _process;
    private IPEndPoint? _clients;

    public string Id => id;

    /// <summary>Its process; null if none runs.</summary>
    public ServerProcess? Process => _process is { Ended.IsCompleted: false } running ? running : null;

    /// <summary>How its last process has ended; null while it runs.</summary>
    public int? ExitCode => _process is { Ended: { IsCompletedSuccessfully: true } ended } ? ended.Result : null;

    /// <summary>Its port for clients; null while it is not ready.</summary>
    public IPEndPoint? Clients => Process is null ? null : Volatile.Read(ref _clients);

    /// <summary>The last line that its processes printed.</summary>
    public string? LastLine => log.Last.LastOrDefault(static line => !line.StartsWith('-'));

    /// <summary>Starts a process, and waits until it is ready.</summary>
    /// <param name="firstStart">What an empty folder means.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="mayEnd">Whether it may end at once.</param>
    /// <returns>The address at which its node listens; null if it has ended instead.</returns>
    public async Task<IPEndPoint?> StartAsync(FirstStart firstStart, TimeSpan limit, bool mayEnd = false)
    {
        ServerProcess process = await home.RunAsync(() => ServerProcess.Start(arguments(firstStart), log, OnLine));
        process.MayEnd = mayEnd;
        _process = process;
        _ = WatchAsync(process);
        try
        {
            (IPEndPoint Raft, IPEndPoint Clients)? addresses = await process.Ready.WaitAsync(limit);
            Volatile.Write(ref _clients, addresses?.Clients);
            return addresses?.Raft;
        }
        catch (TimeoutException)
        {
            findings.Report($"{id} is not ready after {limit.TotalSeconds:0} s; see its log");
            return null;
        }
    }

    /// <summary>Kills the process, if one runs, and waits for its end.</summary>
    public async Task KillAsync()
    {
        if (Process is { } process)
        {
            process.MayEnd = true;
            process.Kill();
            await process.Ended;
            log.Add("--- killed");
        }
    }

    /// <summary>Stops the process in good order.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        if (Process is not { } process)
        {
            return;
        }

        process.MayEnd = true;
        process.Terminate();
        try
        {
            int code = await process.Ended.WaitAsync(limit);
            if (code != 0)
            {
                findings.Report(string.Create(CultureInfo.InvariantCulture, $"{id} has stopped with exit code {code}; see its log"));
            }
        }
        catch (TimeoutException)
        {
            findings.Report($"{id} has not stopped after {limit.TotalSeconds:0} s; see its log");
            process.Kill();
            await process.Ended;
        }

        log.Add("--- stopped");
    }

    private void OnLine(string line)
    {
        log.Add(line);
        if (Array.Exists(Alarms, alarm => line.Contains(alarm, StringComparison.Ordinal)))
        {
            findings.Report($"{id} has logged: {line}");
        }
    }

    private async Task WatchAsync(ServerProcess process)
    {
        int code = await process.Ended;
        log.Add(string.Create(CultureInfo.InvariantCulture, $"--- ended with {code}"));
        if (!process.MayEnd)
        {
            findings.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"{id} has ended by itself with exit code {code}; its last line: {LastLine}"));
        }
    }
}
