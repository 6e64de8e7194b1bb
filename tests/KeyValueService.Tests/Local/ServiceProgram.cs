using System.Diagnostics;
using System.Threading.Channels;

namespace KeyValueService.Tests.Local;

/// <summary>The program of the sample in a process of its own, which ends with this one. Its lines arrive in one sequence.</summary>
internal sealed class ServiceProgram : IAsyncDisposable
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(); // a program prints some dozens of lines
    private readonly List<string> _printed = [];
    private readonly Process _process;
    private readonly Task _reading;

    private ServiceProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public static ServiceProgram Start(params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string program = Path.Combine(AppContext.BaseDirectory, "KeyValueService.dll");
        foreach (string argument in (string[])["exec", program, .. arguments, "--stop-at-end-of-input", "true"])
        {
            start.ArgumentList.Add(argument);
        }

        return new ServiceProgram(Process.Start(start)!);
    }

    /// <summary>Waits for a line that contains a text.</summary>
    /// <returns>The first such line that was not returned before.</returns>
    public async Task<string> WaitForLineAsync(string text)
    {
        using CancellationTokenSource patience = new(Service.Patience);
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(patience.Token);
                _printed.Add(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"No line with '{text}'. Printed were:\n{string.Join('\n', _printed)}", exception);
        }
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using CancellationTokenSource patience = new(Service.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends its input, which stops it.</summary>
    public Task<int> StopAsync()
    {
        _process.StandardInput.Close();
        return WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            _process.Kill(entireProcessTree: true); // if it did not stop; otherwise without effect
            await _reading;
            _process.Dispose();
        }
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
