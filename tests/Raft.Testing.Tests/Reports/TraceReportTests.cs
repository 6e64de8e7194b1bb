using System.Text.Json;

namespace Raft.Testing.Tests.Reports;

public sealed class TraceReportTests
{
    private readonly Trace _trace = new(recentEvents: 0);

    public TraceReportTests() => _trace.KeepEvents();

    private string Page(string title = "a run", int maximumEvents = 60_000)
    {
        using StringWriter writer = new();
        new TraceReport(_trace, title).WriteHtml(writer, maximumEvents);
        return writer.ToString();
    }

    private static JsonElement DataOf(string page)
    {
        const string Opening = "<script id=\"data\" type=\"application/json\">";
        int from = page.IndexOf(Opening, StringComparison.Ordinal) + Opening.Length;
        using JsonDocument document = JsonDocument.Parse(page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)]);
        return document.RootElement.Clone();
    }

    private static string WhatOf(JsonElement row) => row[1].GetString()!;

    [Fact]
    public void Page_OfAMessage_LinksItsEndToItsBeginning()
    {
        AppendEntriesMessage message = SampleMessages.Append("n1", "n2", 3, "x");
        _trace.Add(TimeSpan.FromMilliseconds(1), "send", message);
        _trace.Add(TimeSpan.FromMilliseconds(2), "send", message with { }); // equal, but a separate object
        _trace.Add(TimeSpan.FromMilliseconds(3), "receive", message);

        JsonElement data = DataOf(Page());

        Assert.Equal(["n1", "n2"], data.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
        JsonElement[] rows = [.. data.GetProperty("events").EnumerateArray()];
        Assert.Equal([0, 1, 0], rows.Select(row => row[5].GetInt32()));
        JsonElement row = rows[0];
        Assert.Equal(
            (1000, "send", "entries", 0, 1, "append 4"),
            (row[0].GetDouble(), WhatOf(row), row[2].GetString(), row[3].GetInt32(), row[4].GetInt32(), row[7].GetString()));
    }

    [Fact]
    public void Page_OfSnapshots_ShowsTheirParts()
    {
        _trace.Add(TimeSpan.FromMilliseconds(1), "send", SampleMessages.Install("n1", "n2"));
        _trace.Add(TimeSpan.FromMilliseconds(2), "send", SampleMessages.InstallReply("n2", "n1"));
        InstallSnapshotReplyMessage installed =
            SampleMessages.InstallReply("n2", "n1") with { Reason = SnapshotReplyReason.Installed };
        _trace.Add(TimeSpan.FromMilliseconds(3), "send", installed);

        JsonElement[] rows = [.. DataOf(Page()).GetProperty("events").EnumerateArray()];

        Assert.Equal(["entries", "reply", "reply"], rows.Select(row => row[2].GetString()));
        Assert.Equal(["snapshot 9, 40–43", "from 43", "installed 9"], rows.Select(row => row[7].GetString()));
    }

    [Fact]
    public void Page_OfWhateverWasWritten_StaysAPage()
    {
        const string Attack = "</script><img src=x onerror=\"alert('1')\">&\\{extent}/*data*/";
        _trace.Note(TimeSpan.Zero, "violation", "n1", 0, Attack);

        string page = Page(title: Attack);

        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("&lt;/script&gt;&lt;img src=x", page, StringComparison.Ordinal);
        Assert.Contains(Attack, DataOf(page).GetProperty("events")[0][8].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NeedsNothingFromElsewhere()
    {
        string page = Page();

        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/*style*/", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/*script*/", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfTooManyEvents_HasTheLastOnes()
    {
        for (int i = 1; i <= 10; i++)
        {
            _trace.Add(TimeSpan.FromMilliseconds(i), "timer", detail: i);
        }

        string page = Page(maximumEvents: 3);

        Assert.Contains("the last 3 of 10 events", page, StringComparison.Ordinal);
        Assert.Equal([8, 9, 10], DataOf(page).GetProperty("events").EnumerateArray().Select(row => row[6].GetInt32()));
    }

    [Fact]
    public void Page_OfManyNodes_HasThemInTheOrderOfTheirNumbers()
    {
        foreach (string node in (string[])["n10", "n2", "n1"])
        {
            _trace.Add(TimeSpan.Zero, "start", node);
        }

        Assert.Equal(["n1", "n2", "n10"], DataOf(Page()).GetProperty("nodes").EnumerateArray().Select(node => node.GetString()));
    }

    [Fact]
    public void Page_OfASimulation_ShowsFaultsAndRoleChanges()
    {
        SimulationReport report = Simulation.Run(
            seed: 3, new SimulationOptions { Duration = TimeSpan.FromSeconds(10), KeepsEvents = true });
        using StringWriter writer = new();

        report.Trace!.WriteHtml(writer);

        HashSet<string> seen = [.. DataOf(writer.ToString()).GetProperty("events").EnumerateArray().Select(WhatOf)];
        Assert.Superset(
            new HashSet<string> { "send", "receive", "status", "commit", "start", "fault begins", "fault ends", "durable", "propose" },
            seen);
    }

    [Fact]
    public void Report_OfATraceThatKeepsNothing_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new TraceReport(new Trace(), "a run"));

    [Fact]
    public void KeptEvents_BeyondTheLimit_AreTheLastOnes()
    {
        _trace.KeepEvents(limit: 2);
        for (int i = 1; i <= 5; i++)
        {
            _trace.Add(TimeSpan.FromMilliseconds(i), "timer", detail: i);
        }

        Assert.Equal([4, 5], _trace.Kept.Select(each => each.Detail));
    }
}
