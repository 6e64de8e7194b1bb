using System.Diagnostics;

namespace Raft.Chaos;

/// <summary>
/// A disk that does not answer: a frozen file system. It answers again at the end, or when this program ends, in whatever way: a shell of
/// its own waits for that. Processes that write meanwhile cannot even be killed.
/// </summary>
internal sealed class HungDisk : IAsyncDisposable
{
    private const string Hangs = "hangs";
    private const string Script = $"""
        trap '' INT TERM HUP
        fsfreeze --freeze "$1" || exit 1
        echo {Hangs}
        read -r line
        fsfreeze --unfreeze "$1"
        """;

    private readonly Process _shell;

    private HungDisk(Process shell) => _shell = shell;

    /// <summary>Lets a disk hang. On the <see cref="HomeThread"/> only.</summary>
    /// <param name="mount">Where it is mounted.</param>
    /// <exception cref="IOException">It cannot be frozen.</exception>
    public static HungDisk Begin(string mount)
    {
        ProcessStartInfo start = new("sh", ["-c", Script, "sh", mount]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process shell = Process.Start(start)!;
        return shell.StandardOutput.ReadLine() == Hangs ? new HungDisk(shell) : throw new IOException($"{mount} cannot be frozen.");
    }

    /// <summary>The disk answers again.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public async ValueTask DisposeAsync()
    {
        using Process shell = _shell;
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        if (shell.ExitCode != 0)
        {
            throw new IOException("A file system cannot be unfrozen.");
        }
    }
}
