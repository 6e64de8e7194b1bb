using System.Globalization;

namespace Raft.Cli.Log;

/// <summary>Prints whether a folder is sound, and each problem if not.</summary>
internal static class VerifyView
{
    /// <summary>Prints a report.</summary>
    public static void Write(FolderReport report, TextWriter output)
    {
        foreach (Problem problem in report.Problems)
        {
            output.WriteLine(problem);
        }

        int groups = report.Log.Segments.Sum(static segment => segment.Groups);
        int segments = report.Log.Segments.Count(static segment => segment.Use == SegmentUse.InLog);
        string read = string.Create(
            CultureInfo.InvariantCulture,
            $"segments: {segments}, valid groups: {groups}, last index: {report.Log.Content.LastIndex}, "
                + $"snapshots: {report.Snapshots.Count}");
        output.WriteLine($"{Verdict(report.Code)} ({read})");
    }

    private static string Verdict(ExitCode code) => code switch
    {
        ExitCode.Sound => "The folder is sound.",
        ExitCode.Torn => "The folder ends with an incomplete write of a crash. The node can start, and nothing durable is lost.",
        ExitCode.NewerFormat => "A newer version of the library has written the folder. Use the tool of that version.",
        _ => $"The folder is damaged: restore it from a copy, or replace the node: empty the folder, and start it with "
            + $"{nameof(FirstStart)}.{nameof(FirstStart.Join)} while all others run.",
    };
}
