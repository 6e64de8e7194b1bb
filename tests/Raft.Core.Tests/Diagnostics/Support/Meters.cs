using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>The measurements of nodes, and collectors for them.</summary>
internal sealed class Meters : IMeterFactory
{
    private readonly List<Meter> _meters = [];
    private readonly List<IDisposable> _collectors = [];

    public Meters() => Metrics = new RaftMetrics(this);

    public RaftMetrics Metrics { get; }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        Meter meter = new(options);
        _meters.Add(meter);
        return meter;
    }

    public MetricCollector<T> Collect<T>(string instrument)
        where T : struct
    {
        MetricCollector<T> collector = new(this, RaftDiagnostics.MeterName, instrument);
        _collectors.Add(collector);
        return collector;
    }

    /// <summary>What a gauge shows now: for each node, or with a further tag for each of its values.</summary>
    public SortedDictionary<string, long> Gauge(string instrument, string tag = RaftDiagnostics.NodeIdTag)
    {
        using MetricCollector<long> collector = new(this, RaftDiagnostics.MeterName, instrument);
        collector.RecordObservableInstruments();
        SortedDictionary<string, long> shown = new(StringComparer.Ordinal);
        foreach (CollectedMeasurement<long> measurement in collector.GetMeasurementSnapshot())
        {
            shown.Add((string)measurement.Tags[tag]!, measurement.Value);
        }

        return shown;
    }

    /// <summary>The sum of what was counted, by the values of a tag.</summary>
    public static SortedDictionary<string, long> Sum(MetricCollector<long> collector, string tag = RaftDiagnostics.NodeIdTag)
    {
        SortedDictionary<string, long> sums = new(StringComparer.Ordinal);
        foreach (CollectedMeasurement<long> measurement in collector.GetMeasurementSnapshot())
        {
            string value = (string)measurement.Tags[tag]!;
            sums[value] = sums.GetValueOrDefault(value) + measurement.Value;
        }

        return sums;
    }

    public void Dispose()
    {
        _collectors.ForEach(static collector => collector.Dispose());
        _meters.ForEach(static meter => meter.Dispose());
    }
}
