using System.Globalization;
using Raft.Cli;

namespace Raft.Chaos;

/// <summary>Verifies the folders of stopped nodes, as <c>raft log verify</c> does, and compares their logs. On the <see cref="HomeThread"/> only.</summary>
internal static class FolderCheck
{
    /// <summary>Verifies a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="wasKilled">Whether its process was killed, and may have left an incomplete write.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? Verify(string folder, bool wasKilled)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        ExitCode code = (ExitCode)RaftCommand.Run(["log", "verify", folder], output, output);
        bool isGood = code == ExitCode.Sound || (wasKilled && code == ExitCode.Torn);
        return isGood ? null : $"raft log verify {folder} ends with {code}: {output.ToString().Trim()}";
    }

    /// <summary>Compares the logs of all nodes.</summary>
    /// <param name="folders">Their folders.</param>
    /// <param name="throughIndex">The last index that is committed.</param>
    /// <param name="smallestCommon">How many entries the two logs have in common that have the fewest.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? Compare(IReadOnlyList<string> folders, long throughIndex, out int smallestCommon)
    {
        List<DumpedLog> logs = [];
        smallestCommon = int.MaxValue;
        foreach (string folder in folders)
        {
            DumpedLog log = new();
            using StringWriter errors = new(CultureInfo.InvariantCulture);
            ExitCode code = (ExitCode)RaftCommand.Run(["log", "dump", "--json", folder], log, errors);
            if (code != ExitCode.Sound)
            {
                return $"raft log dump {folder} ends with {code}: {errors.ToString().Trim()}";
            }

            foreach ((string other, DumpedLog otherLog) in folders.Zip(logs))
            {
                smallestCommon = Math.Min(smallestCommon, log.CountCommon(otherLog));
                if (log.FindDifference(otherLog, throughIndex) is { } index)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{folder} and {other} have different entries at index {index}");
                }
            }

            logs.Add(log);
        }

        return null;
    }
}
