using System.Globalization;
using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>Prints what is in a folder.</summary>
internal static class InspectView
{
    /// <summary>Prints a report.</summary>
    public static void Write(FolderReport report, TextWriter output)
    {
        WriteState(report, output);
        WriteTable(output, "Segments", report.Log.Segments.Select(Describe));
        WriteTable(output, "Snapshots", report.Snapshots.Select(static snapshot => Invariant(
            $"{snapshot.File}  {snapshot.Bytes,12} bytes  up to index {snapshot.Name.Index} of term {snapshot.Name.Term}")));
        WriteTable(output, "Other files", report.Others.Select(static other => Invariant(
            $"{other.File}  {other.Bytes} bytes  {other.Purpose}")));
        WriteTable(output, "Problems", report.Problems.Select(static problem => problem.ToString()));
    }

    private static void WriteState(FolderReport report, TextWriter output)
    {
        LogExamination log = report.Log;
        LogContent content = log.Content;
        HardState state = content.HardState;
        output.WriteLine($"Folder    {report.Directory}");
        output.WriteLine("In use    no");
        if (log.Store is null)
        {
            return;
        }

        output.WriteLine($"Node      {log.NodeId}");
        output.WriteLine($"Cluster   {log.ClusterId}");
        output.WriteLine($"Identity  {state.Identity?.ToString() ?? "none yet"}");
        output.WriteLine(Invariant($"Store     {log.Store}"));
        output.WriteLine(Invariant($"Format    version {Layout.Version}"));
        output.WriteLine(Invariant($"Term      {state.Term}"));
        output.WriteLine($"Vote      {state.VotedFor?.ToString() ?? "none in this term"}");
        if (state.Join is { } join)
        {
            string progress = join.CommitIndex is { } index ? Invariant($"votes after index {index}") : "no message of a leader yet";
            output.WriteLine($"Joining   {progress}");
        }

        output.WriteLine(Invariant($"Commit    index {content.CommitIndex}"));
        output.WriteLine(Invariant($"Start     after index {content.StartIndex} of term {content.StartTerm}"));
        output.WriteLine(content.LastIndex == content.StartIndex
            ? "Last      no entry"
            : Invariant($"Last      index {content.LastIndex} of term {content.TermAt(content.LastIndex)}"));
    }

    private static string Describe(SegmentReport segment)
    {
        string size = Invariant($"{segment.File}  {segment.Bytes,12} bytes");
        string entries = segment.Last == 0 ? "no entries" : Invariant($"entries {segment.First} to {segment.Last}");
        return segment.Use switch
        {
            SegmentUse.InLog => Invariant($"{size}  opening {segment.Opening}, {segment.Groups} groups, {entries}"),
            SegmentUse.Prepared => $"{size}  prepared, not a segment yet",
            SegmentUse.Damaged => $"{size}  damaged at its beginning",
            _ => $"{size}  no longer needed, removed at the next opening",
        };
    }

    private static void WriteTable(TextWriter output, string title, IEnumerable<string> lines)
    {
        output.WriteLine();
        output.WriteLine(title);
        foreach (string line in lines.DefaultIfEmpty("none"))
        {
            output.WriteLine($"  {line}");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
