using System.Globalization;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>The files that show a run: its events as text, and as a page for a browser.</summary>
internal static class TraceFiles
{
    /// <returns>The paths of the text and of the page.</returns>
    public static (string Text, string Page) Write(string directory, Job job, TraceReport trace)
    {
        Directory.CreateDirectory(directory);
        string name = string.Create(CultureInfo.InvariantCulture, $"{job.Profile}-{job.Seed}-{job.Options.Nodes}");
        string text = Path.Combine(directory, $"{name}.txt");
        string page = Path.Combine(directory, $"{name}.html");
        using (StreamWriter writer = new(text))
        {
            trace.WriteText(writer);
        }

        using (StreamWriter writer = new(page))
        {
            trace.WriteHtml(writer);
        }

        return (text, page);
    }
}
