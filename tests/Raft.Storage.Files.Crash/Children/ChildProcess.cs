using System.Diagnostics;
using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>A child process, which is killed without a chance to finish anything.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _opening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstAcknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Action<string>? _onAcknowledged;
    private long _acknowledged;
    private string? _problem;

    private ChildProcess(Process process, Action<string>? onAcknowledged)
    {
        _process = process;
        _onAcknowledged = onAcknowledged;
        _reading = ReadAsync();
    }

    /// <summary>The number of the last call that was reported as complete; 0 if none was.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Starts this program as a child.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="onAcknowledged">Receives what is acknowledged. Null: it is the number of a call.</param>
    public static ChildProcess Start(string[] arguments, Action<string>? onAcknowledged = null) =>
        new(Process.Start(StartInfo(arguments))!, onAcknowledged);

    /// <summary>How this program is started, by a test too.</summary>
    public static ProcessStartInfo StartInfo(string[] arguments, string? tracer = null, string[]? tracerArguments = null)
    {
        string program = Path.Combine(
            AppContext.BaseDirectory, typeof(ChildProcess).Assembly.GetName().Name! + (OperatingSystem.IsWindows() ? ".exe" : ""));
        string[] all = tracer is null ? arguments : [.. tracerArguments ?? [], program, .. arguments];
        return new ProcessStartInfo(tracer ?? program, all) { RedirectStandardOutput = true };
    }

    /// <summary>Waits until it is about to open its folder.</summary>
    public Task WaitUntilOpeningAsync() => WaitAsync(_opening.Task);

    /// <summary>Waits until it has acknowledged something.</summary>
    public Task WaitUntilAcknowledgedAsync() => WaitAsync(_firstAcknowledged.Task);

    /// <summary>Kills it, and reads what it has reported until then.</summary>
    /// <exception cref="LostDataException">It has ended by itself, with a problem.</exception>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        if (_problem is not null)
        {
            throw new LostDataException(_problem);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task WaitAsync(Task report)
    {
        if (await Task.WhenAny(report, _reading).WaitAsync(Patience) != report)
        {
            throw new LostDataException(_problem ?? "The child process has ended without a report. See its standard error.");
        }
    }

    private async Task ReadAsync()
    {
        // A last line without an end is a report that was cut off.
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string rest = line[(space + 1)..];
            switch (space < 0 ? line : line[..space])
            {
                case Report.Opening:
                    _opening.SetResult();
                    break;
                case Report.Acknowledged:
                    Acknowledge(rest);
                    break;
                case Report.Problem:
                    _problem = rest;
                    break;
            }
        }
    }

    private void Acknowledge(string what)
    {
        if (_onAcknowledged is not null)
        {
            _onAcknowledged(what);
        }
        else
        {
            Volatile.Write(ref _acknowledged, long.Parse(what, CultureInfo.InvariantCulture));
        }

        _firstAcknowledged.TrySetResult();
    }
}
