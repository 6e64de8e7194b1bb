using System.Diagnostics;
using System.Threading.Channels;

namespace ThreeProcesses;

/// <summary>The processes of a demonstration, one for each node. Their lines arrive in one sequence.</summary>
internal sealed class NodeProcesses(IReadOnlyList<string> arguments)
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(10);

    private readonly Channel<(string Id, string Line)> _output =
        Channel.CreateUnbounded<(string, string)>(); // each process prints only a few lines

    private readonly SortedDictionary<string, Process> _processes = new(StringComparer.Ordinal);
    private readonly List<Task> _readers = [];

    public void Start(string id)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true, // ends with this process, and the node with it
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(NodeProcesses).Assembly.Location); // run as "dotnet ThreeProcesses.dll"
        }

        foreach (string argument in (string[])["--node", id, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        _processes[id] = process;
        _readers.Add(CopyLinesAsync(id, process.StandardOutput));
    }

    /// <summary>Returns the next line of any process.</summary>
    public ValueTask<(string Id, string Line)> ReadLineAsync(CancellationToken cancellationToken) =>
        _output.Reader.ReadAsync(cancellationToken);

    public Task WriteLineAsync(string id, string line) => _processes[id].StandardInput.WriteLineAsync(line);

    /// <summary>Ends a process at once, as a crash does.</summary>
    public async Task KillAsync(string id)
    {
        using Process process = _processes[id];
        _processes.Remove(id);
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Ends the processes: by the end of their input, or by force after a time limit.</summary>
    /// <returns>True if all ended by themselves and without an error.</returns>
    public async Task<bool> EndAsync()
    {
        bool endedNormally = true;
        using CancellationTokenSource limit = new(ExitLimit);
        foreach (Process process in _processes.Values)
        {
            process.StandardInput.Close();
        }

        foreach (Process process in _processes.Values)
        {
            try
            {
                await process.WaitForExitAsync(limit.Token);
                endedNormally &= process.ExitCode == 0;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                endedNormally = false;
            }
        }

        await Task.WhenAll(_readers);
        foreach (Process process in _processes.Values)
        {
            process.Dispose();
        }

        return endedNormally;
    }

    private async Task CopyLinesAsync(string id, StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            _output.Writer.TryWrite((id, line));
        }
    }
}
