using System.Globalization;
using System.Net;
using System.Reflection;

namespace Raft.Testing;

/// <summary>
/// What happened in a simulated run, to be read by people: as text, or as one page of HTML that needs nothing else, with time
/// downwards, a lane for each node and messages as arrows. Of a trace whose <see cref="Trace.KeepEvents"/> was called.
/// </summary>
/// <example>
/// <code>
/// cluster.World.Trace.KeepEvents();                       // before anything happens
/// // ... and when it has gone wrong:
/// using StreamWriter file = new("run.html");
/// new TraceReport(cluster.World.Trace, "my test").WriteHtml(file);
/// </code>
/// </example>
/// <remarks>Not thread-safe; the run must not continue meanwhile.</remarks>
public sealed class TraceReport
{
    private readonly Trace _trace;
    private readonly string _title;

    /// <summary>Makes a report of what a trace holds.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="title">Its heading.</param>
    /// <exception cref="ArgumentException">The trace keeps no events.</exception>
    public TraceReport(Trace trace, string title)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(title);
        if (!trace.KeepsEvents)
        {
            throw new ArgumentException("The trace keeps only its last events: call KeepEvents before the run.", nameof(trace));
        }

        _trace = trace;
        _title = title;
    }

    /// <summary>How many events it has.</summary>
    public int Count => _trace.Kept.Count;

    /// <summary>Writes one line for each event.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(_title);
        foreach (TraceEvent each in _trace.Kept)
        {
            writer.WriteLine(each.ToString());
        }
    }

    /// <summary>Writes a page that a browser shows by itself: no server, and nothing to be fetched from elsewhere.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="maximumEvents">How many events are on it at most, the last ones; 1 or more, default 60,000.</param>
    public void WriteHtml(TextWriter writer, int maximumEvents = 60_000)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumEvents, 1);
        TraceRows rows = new([.. _trace.Kept.Skip(_trace.Kept.Count - maximumEvents)]);
        string violation = _trace.Kept.LastOrDefault(static each => each.What == TraceRows.Violation).Text ?? string.Empty;
        string extent = rows.Count == Count
            ? string.Create(CultureInfo.InvariantCulture, $"{Count} events")
            : string.Create(CultureInfo.InvariantCulture, $"the last {rows.Count} of {Count} events");

        // In the order in which they are in the page, so that nothing that was put in is looked at again.
        string page = Resource("TracePage.html");
        page = Put(writer, page, "{title}", WebUtility.HtmlEncode(_title));
        page = Put(writer, page, "/*style*/", Resource("TracePage.css"));
        page = Put(writer, page, "{title}", WebUtility.HtmlEncode(_title));
        page = Put(writer, page, "{extent}", extent);
        page = Put(writer, page, "{violation}", WebUtility.HtmlEncode(violation));
        page = Put(writer, page, "/*data*/", string.Empty);
        rows.WriteTo(writer);
        page = Put(writer, page, "/*layout*/", Resource("TracePage.layout.js"));
        page = Put(writer, page, "/*script*/", Resource("TracePage.js"));
        writer.Write(page);
    }

    /// <summary>Writes what comes before a mark, and what belongs in its place.</summary>
    /// <returns>What comes after the mark.</returns>
    private static string Put(TextWriter writer, string page, string mark, string text)
    {
        int at = page.IndexOf(mark, StringComparison.Ordinal);
        writer.Write(page.AsSpan(0, at));
        writer.Write(text);
        return page[(at + mark.Length)..];
    }

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
