using System.Diagnostics;

namespace Raft.Chaos;

/// <summary>Runs the tools of the operating system.</summary>
internal static class Command
{
    /// <summary>Runs a tool and waits for its end.</summary>
    /// <exception cref="IOException">It does not exist, or it has failed.</exception>
    public static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new IOException($"'{program} {string.Join(' ', arguments)}' failed: {errors.Trim()} {output.Result.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"'{program}' could not be started: {exception.Message}", exception);
        }
    }
}
