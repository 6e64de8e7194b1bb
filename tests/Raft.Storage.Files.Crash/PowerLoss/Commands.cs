using System.Diagnostics;

namespace Raft.Storage.Files.Crash;

/// <summary>Runs the tools of the operating system.</summary>
internal static class Commands
{
    /// <summary>Runs a tool and waits for its end.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="CommandFailedException">It does not exist, or it has failed.</exception>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Start(start);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new CommandFailedException($"'{program} {string.Join(' ', arguments)}' failed: {errors.Result.Trim()}");
    }

    /// <summary>Starts a tool.</summary>
    /// <exception cref="CommandFailedException">It does not exist.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CommandFailedException($"'{start.FileName}' could not be started: {exception.Message}");
        }
    }
}

/// <summary>A tool does not exist, or it has failed.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);

/// <summary>A run is not possible here.</summary>
internal sealed class SkippedException(string message) : Exception(message);
