using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Raft.Docs.Tests;

/// <summary>The table of instruments has the names, kinds and units of the code.</summary>
public class InstrumentTableTests
{
    private static readonly IReadOnlyList<string[]> Rows = MarkdownTable.Read("docs/operating.md", "Instrument", "Kind", "Unit");

    [Fact]
    public void Table_Instruments_AreThoseOfTheCode()
    {
        IEnumerable<string> expected = typeof(RaftInstruments).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Concat(typeof(TcpInstruments).GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(static field => !field.Name.EndsWith("Tag", StringComparison.Ordinal))
            .Select(static field => (string)field.GetRawConstantValue()!);

        IEnumerable<string> actual = Rows.SelectMany(static row => MarkdownTable.NamesIn(row[0]));
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Table_KindsAndUnits_AreThoseOfTheCode()
    {
        List<string> expected = [];
        using MeterListener listener = new();
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                expected.Add($"{instrument.Name}: {KindOf(instrument)} {instrument.Unit}");
            }
        };
        listener.Start();

        _ = new RaftMetrics(meters);
        _ = new TcpNetwork(meterFactory: meters);

        IEnumerable<string> actual =
            from row in Rows
            from name in MarkdownTable.NamesIn(row[0])
            select $"{name}: {row[1]} {row[2].Trim('`')}";
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static string KindOf(Instrument instrument) =>
        instrument.GetType().Name switch
        {
            "Counter`1" => "counter",
            "Histogram`1" => "histogram",
            _ => "gauge",
        };
}
