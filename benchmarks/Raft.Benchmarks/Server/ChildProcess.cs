using System.Diagnostics;
using System.Globalization;

namespace Raft.Benchmarks.Server;

/// <summary>A process that ends with this one, in whatever way: its input ends then.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);

    // Starts a program that does not look at its input, prints its id, and ends it with the input.
    private const string Watch = "\"$@\" >/dev/null 2>&1 & echo $!; read -r line; kill $!; wait $!";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts a program that ends at the end of its input.</summary>
    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, line) => { }; // logs; a pipe that nobody reads would block the program
        process.BeginErrorReadLine();
        return new ChildProcess(process);
    }

    /// <summary>Starts any program.</summary>
    /// <returns>The watching process, and the id of the program's process.</returns>
    public static async Task<(ChildProcess Watch, int Id)> StartWatchedAsync(string program, params IEnumerable<string> arguments)
    {
        ChildProcess watch = Start("sh", ["-c", Watch, "sh", program, .. arguments]);
        return (watch, int.Parse(await watch.ReadLineAsync(), CultureInfo.InvariantCulture));
    }

    /// <summary>Returns the next line of its output.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new IOException($"{_process.StartInfo.FileName} ended too early.");

    /// <summary>The process itself, to see what it uses.</summary>
    public Process Process => _process;

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(ExitLimit))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
