using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Raft.Chaos;

/// <summary>One process of a server, from its start to its end.</summary>
internal sealed class ServerProcess
{
    private readonly Process _process;
    private readonly TaskCompletionSource<(IPEndPoint Raft, IPEndPoint Clients)?> _ready =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _mayEnd;

    private ServerProcess(Process process, Action<string> onLine)
    {
        _process = process;
        Id = process.Id;
        Ended = EndAsync(CopyAsync(process.StandardOutput, line => OnOutput(line, onLine)), CopyAsync(process.StandardError, onLine));
    }

    /// <summary>Its id in the operating system.</summary>
    public int Id { get; }

    /// <summary>Its exit code, when it has ended: 128 and more after a signal.</summary>
    public Task<int> Ended { get; }

    /// <summary>The addresses at which it listens, when it does; null if it ends before.</summary>
    public Task<(IPEndPoint Raft, IPEndPoint Clients)?> Ready => _ready.Task;

    /// <summary>Whether it may end now: because it is killed or stopped, or because its disk is full.</summary>
    public bool MayEnd
    {
        get => Volatile.Read(ref _mayEnd);
        set => Volatile.Write(ref _mayEnd, value);
    }

    /// <summary>Whether it is stopped by <see cref="Pause"/>.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The memory that it has now, in bytes; 0 if it has ended.</summary>
    public long MemoryBytes => ProcessMemory.Read(Id);

    /// <summary>Starts this program as a server. On the <see cref="HomeThread"/> only.</summary>
    public static ServerProcess Start(ServerArguments arguments, LogFile log, Action<string> onLine)
    {
        string program = Path.Combine(AppContext.BaseDirectory, typeof(ServerProcess).Assembly.GetName().Name!);
        ProcessStartInfo start = new(program, arguments.ToArguments())
        {
            RedirectStandardInput = true, // ends with this process, and the server with it
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        log.Add(string.Create(CultureInfo.InvariantCulture, $"--- {DateTime.UtcNow:HH:mm:ss.fff} start, {arguments.FirstStart}"));
        return new ServerProcess(Process.Start(start)!, onLine);
    }

    public void Kill() => Signal(Libc.Kill);

    /// <summary>Asks it to stop in good order.</summary>
    public void Terminate() => Signal(Libc.Terminate);

    public void Pause()
    {
        IsPaused = true;
        Signal(Libc.Stop);
    }

    public void Continue()
    {
        Signal(Libc.Continue);
        IsPaused = false;
    }

    private void Signal(int signal)
    {
        if (!Ended.IsCompleted) // afterwards, another process may have the id
        {
            Libc.Signal(Id, signal);
        }
    }

    private static async Task CopyAsync(StreamReader lines, Action<string> use)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            use(line);
        }
    }

    private void OnOutput(string line, Action<string> onLine)
    {
        string[] words = line.Split(' ');
        if (words is [ServerArguments.Ready, string raft, string clients])
        {
            _ready.TrySetResult((IPEndPoint.Parse(raft), IPEndPoint.Parse(clients)));
        }
        else
        {
            onLine(line);
        }
    }

    private async Task<int> EndAsync(Task output, Task errors)
    {
        await Task.WhenAll(output, errors);
        await _process.WaitForExitAsync();
        int code = _process.ExitCode;
        _process.Dispose();
        _ready.TrySetResult(null);
        return code;
    }
}
