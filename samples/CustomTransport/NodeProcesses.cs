using System.Diagnostics;
using System.Threading.Channels;
using Raft;

namespace CustomTransport;

/// <summary>The processes of a demonstration, one for each node. Their lines arrive in one sequence.</summary>
internal sealed class NodeProcesses(IReadOnlyList<RaftMember> members)
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(10);

    private readonly Channel<(string Id, string? Line)> _output =
        Channel.CreateUnbounded<(string, string?)>(); // each process prints only a few lines

    private readonly SortedDictionary<string, Process> _processes = new(StringComparer.Ordinal);
    private readonly List<Task> _readers = [];

    public bool IsStarted(string id) => _processes.ContainsKey(id);

    public void Start(string id)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true, // ends with this process, and the node with it
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(NodeProcesses).Assembly.Location); // run as "dotnet CustomTransport.dll"
        }

        start.ArgumentList.Add(id);
        foreach (RaftMember member in members)
        {
            start.ArgumentList.Add($"{member.Id}={member.Address}");
        }

        Process process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        _processes.Add(id, process);
        _readers.Add(CopyLinesAsync(id, process.StandardOutput));
    }

    /// <summary>Returns the lines of all processes as they come. A null line is the end of a process.</summary>
    public IAsyncEnumerable<(string Id, string? Line)> ReadLinesAsync(CancellationToken cancellationToken) =>
        _output.Reader.ReadAllAsync(cancellationToken);

    public Task WriteLineAsync(string id, string line) => _processes[id].StandardInput.WriteLineAsync(line);

    /// <summary>Ends the processes: by the end of their input, or by force after a time limit.</summary>
    /// <returns>True if all ended by themselves and without an error.</returns>
    public async Task<bool> EndAsync()
    {
        foreach (Process process in _processes.Values)
        {
            try
            {
                process.StandardInput.Close(); // a node ends with its input
            }
            catch (IOException)
            {
                // It has ended already.
            }
        }

        bool endedNormally = true;
        using CancellationTokenSource limit = new(ExitLimit);
        foreach (Process process in _processes.Values)
        {
            endedNormally &= await WaitForEndAsync(process, limit.Token);
        }

        await Task.WhenAll(_readers);
        foreach (Process process in _processes.Values)
        {
            process.Dispose();
        }

        return endedNormally;
    }

    private static async Task<bool> WaitForEndAsync(Process process, CancellationToken limit)
    {
        try
        {
            await process.WaitForExitAsync(limit);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            Demonstration.Say($"Process {process.Id} does not end by itself.");
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            return false;
        }
    }

    private async Task CopyLinesAsync(string id, StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            _output.Writer.TryWrite((id, line));
        }

        _output.Writer.TryWrite((id, null));
    }
}
