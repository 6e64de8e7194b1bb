using System.Diagnostics;

namespace KeyValueService.Local;

/// <summary>A process of this program with one node. It ends when this process does, in whatever way.</summary>
internal sealed class NodeProcess : IDisposable
{
    private const int Killed = 128 + 9;
    private const int KilledOnWindows = -1;

    private readonly Process _process;

    private NodeProcess(string node, Process process)
    {
        Node = node;
        _process = process;
    }

    public string Node { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Whether it ended because someone killed or stopped it, rather than by a failure.</summary>
    public bool WasEnded => ExitCode == 0 || ExitCode == (OperatingSystem.IsWindows() ? KilledOnWindows : Killed);

    /// <summary>How this program is started: the program, and the arguments before its own.</summary>
    public static IReadOnlyList<string> Program { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, typeof(NodeProcess).Assembly.Location]
            : [Environment.ProcessPath!];

    public static NodeProcess Start(string node, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Program[0]) { RedirectStandardInput = true };
        foreach (string argument in (string[])[.. Program.Skip(1), .. arguments, "--stop-at-end-of-input", "true"])
        {
            start.ArgumentList.Add(argument);
        }

        return new NodeProcess(node, Process.Start(start)!);
    }

    /// <summary>Waits until it has ended.</summary>
    public async Task<NodeProcess> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return this;
    }

    /// <summary>Asks it to stop.</summary>
    public void Stop() => _process.StandardInput.Close();

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process.Kill();

    public void Dispose() => _process.Dispose();
}
