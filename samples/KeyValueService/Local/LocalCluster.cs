using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using KeyValueService.Server;

namespace KeyValueService.Local;

/// <summary>
/// Nodes on this machine, each in a process of its own. They stop together: with this process, or when one of them fails. A node that
/// someone kills or stops does not count as failed, so that you can see the others continue.
/// </summary>
internal sealed class LocalCluster(LocalSettings settings)
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly string _file = Path.Combine(settings.Data, "local.json");
    private readonly List<NodeProcess> _processes = [];

    public static async Task<int> RunAsync(LocalSettings settings)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        if (settings.StopsAtEndOfInput)
        {
            _ = EndOfInput.CallAsync(stop.Cancel);
        }

        return await new LocalCluster(settings).RunAsync(stop.Token);

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true; // the nodes end first
            stop.Cancel();
        }
    }

    private async Task<int> RunAsync(CancellationToken stop)
    {
        string[] nodes = [.. Enumerable.Range(1, settings.Count).Select(static number => $"n{number}")];
        Directory.CreateDirectory(settings.Data);
        using FileStream owner = TakeOwnership();
        await File.WriteAllTextAsync(_file, DescribeMembers(nodes), CancellationToken.None);
        bool noneFailed = false;
        try
        {
            foreach (string node in nodes)
            {
                _processes.Add(NodeProcess.Start(node, ArgumentsOf(node)));
            }

            noneFailed = await WatchAsync(stop);
        }
        finally
        {
            noneFailed &= await StopAsync();
            _processes.ForEach(static process => process.Dispose());
        }

        return noneFailed ? 0 : 1;
    }

    /// <summary>Only one of these programs may use the folder. The system ends that when this process ends, in whatever way.</summary>
    /// <exception cref="IOException">Another one uses it.</exception>
    private FileStream TakeOwnership()
    {
        try
        {
            return new FileStream(
                Path.Combine(settings.Data, "local.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"The folder '{settings.Data}' is in use by another --local: stop that one, or choose another folder with --data. "
                + $"({exception.Message})",
                exception);
        }
    }

    /// <summary>The settings that all nodes share, as a file, so that one of them can be started again with a short command.</summary>
    private static string DescribeMembers(string[] nodes)
    {
        Queue<int> ports = FreePorts.Find(2 * nodes.Length);
        JsonArray members = [];
        foreach (string node in nodes)
        {
            members.Add(new JsonObject
            {
                ["Id"] = node,
                ["Address"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports.Dequeue()}"),
                ["Tags"] = new JsonObject
                {
                    [MemberList.UrlTag] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Dequeue()}"),
                },
            });
        }

        JsonObject file = new() { ["Raft"] = new JsonObject { ["Members"] = members } };
        return file.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private IEnumerable<string> ArgumentsOf(string node)
    {
        string[] certificates = settings.Certificates is { } folder ? ["--certs", folder] : [];
        return ["--node", node, "--data", settings.Data, "--settings", _file, .. certificates, .. settings.Others];
    }

    /// <summary>Waits until it should stop, or a node has failed, or all have ended.</summary>
    /// <returns>False if a node has failed.</returns>
    private async Task<bool> WatchAsync(CancellationToken stop)
    {
        List<Task<NodeProcess>> running = [.. _processes.Select(process => process.WaitAsync(stop))];
        while (running.Count > 0)
        {
            Task<NodeProcess> first = await Task.WhenAny(running);
            running.Remove(first);
            if (stop.IsCancellationRequested)
            {
                return true;
            }

            NodeProcess ended = await first;
            if (!ended.WasEnded)
            {
                Say($"{ended.Node} has failed with exit code {ended.ExitCode}. The others stop too.");
                if (ended.ExitCode == AddressInUse.ExitCode)
                {
                    Say("Another program has taken its port meanwhile. Start again: the nodes get other ports.");
                }

                return false;
            }

            string command = string.Join(' ', NodeProcess.Program.Concat(ArgumentsOf(ended.Node)).Select(Quote));
            Say($"{ended.Node} was ended. To start it again: {command}");
        }

        return true;
    }

    /// <summary>Stops the nodes, by force after a time limit.</summary>
    /// <returns>True if none had to be forced, and none failed while it stopped.</returns>
    private async Task<bool> StopAsync()
    {
        using CancellationTokenSource limit = new(StopLimit);
        _processes.ForEach(static process => process.Stop());
        bool allStopped = true;
        foreach (NodeProcess process in _processes)
        {
            try
            {
                await process.WaitAsync(limit.Token);
                allStopped &= process.WasEnded;
            }
            catch (OperationCanceledException)
            {
                Say($"{process.Node} does not stop, and is killed.");
                process.Kill();
                allStopped = false;
            }
        }

        return allStopped;
    }

    private static string Quote(string text) => text.Contains(' ', StringComparison.Ordinal) ? $"\"{text}\"" : text;

    private static void Say(string text) => Console.Error.WriteLine(text);
}
