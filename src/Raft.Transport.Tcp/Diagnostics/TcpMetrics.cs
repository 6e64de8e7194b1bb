using System.Diagnostics.Metrics;

namespace Raft.Transport.Tcp;

/// <summary>The instruments of a network.</summary>
internal sealed class TcpMetrics : ITrafficCounters
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _sentSize;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedSize;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _dials;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _roundTrip;

    public TcpMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create(RaftDiagnostics.MeterName);
        _sent = meter.CreateCounter<long>(TcpInstruments.Sent, "{message}", "Messages written to connections.");
        _sentSize = meter.CreateCounter<long>(TcpInstruments.SentSize, "By", "Bytes written to connections, before encryption.");
        _received = meter.CreateCounter<long>(TcpInstruments.Received, "{message}", "Messages read from connections.");
        _receivedSize = meter.CreateCounter<long>(TcpInstruments.ReceivedSize, "By", "Bytes read from connections, after decryption.");
        _dropped = meter.CreateCounter<long>(TcpInstruments.Dropped, "{message}", "Messages dropped, by reason.");
        _dials = meter.CreateCounter<long>(TcpInstruments.Dials, "{dial}", "Attempts to connect to a peer, by outcome.");
        _refusals = meter.CreateCounter<long>(
            TcpInstruments.Refusals, "{refusal}", "Connections and nodes of others that were refused, by reason.");
        _roundTrip = meter.CreateHistogram<double>(
            TcpInstruments.RoundTrip, "s", "Time from a question whether a peer is alive to its answer.");
    }

    public void Sent(int messages, long bytes)
    {
        Add(_sent, messages);
        Add(_sentSize, bytes);
    }

    public void Received(int messages, long bytes)
    {
        Add(_received, messages);
        Add(_receivedSize, bytes);
    }

    public void Dropped(DropReason reason, int messages)
    {
        if (messages > 0)
        {
            Add(_dropped, messages, RaftDiagnostics.DropReasonTag, TagOf(reason));
        }
    }

    public void Dialled(string outcome) => Add(_dials, 1, RaftDiagnostics.OutcomeTag, outcome);

    public void Refused(string reason) => Add(_refusals, 1, TcpInstruments.RefusalReasonTag, reason);

    public void RoundTrip(TimeSpan time)
    {
        try
        {
            _roundTrip.Record(time.TotalSeconds);
        }
        // A listener's exception must not end a connection.
        catch (Exception)
        {
            // only that listener misses the measurement
        }
    }

    /// <summary>
    /// Adds to a counter. Listeners are users' code, called synchronously: if one throws, neither a connection nor a sender notices.
    /// </summary>
    private static void Add(Counter<long> counter, long count, string? tag = null, string? value = null)
    {
        try
        {
            if (tag is null)
            {
                counter.Add(count);
            }
            else
            {
                counter.Add(count, new KeyValuePair<string, object?>(tag, value));
            }
        }
        // A listener's exception must not end a connection.
        catch (Exception)
        {
            // only that listener misses the measurement
        }
    }

    private static string TagOf(DropReason reason) => reason switch
    {
        DropReason.NotConnected => "not_connected",
        DropReason.NoRoute => "no_route",
        DropReason.UnknownNode => "unknown_node",
        DropReason.Refused => "refused",
        DropReason.QueueFull => "queue_full",
        DropReason.Late => "late",
        DropReason.TooLarge => "too_large",
        DropReason.Invalid => "invalid",
        DropReason.Stopped => "stopped",
        _ => "receiver_failed",
    };
}
