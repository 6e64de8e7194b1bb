using System.Globalization;

namespace Raft.Chaos;

/// <summary>What a node does that must not start without its data.</summary>
internal static class Refusal
{
    /// <summary>Compares the end of a process with a refusal.</summary>
    /// <param name="node">Its node.</param>
    /// <param name="exitCode">How it has ended; null if it runs.</param>
    /// <param name="lastLine">What it printed last.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? FindProblem(string node, int? exitCode, string? lastLine) => exitCode switch
    {
        ServerProgram.RefusedExitCode => null,
        null => $"{node} has started with an empty volume, although FirstStart is Refuse",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{node} should refuse to start with an empty volume, but has ended with exit code {exitCode}; its last line: {lastLine}"),
    };
}
