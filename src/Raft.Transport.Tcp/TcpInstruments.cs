namespace Raft;

/// <summary>
/// The names of the instruments of TCP transports, in the meter <see cref="RaftDiagnostics.MeterName"/>. They are stable; units and
/// tags are in <c>docs/operating.md</c>. They measure the network of a process, for all its nodes, so they name no node.
/// </summary>
public static class TcpInstruments
{
    /// <summary>Messages that were written to connections.</summary>
    public const string Sent = "raft.tcp.sent";

    /// <summary>Bytes that were written to connections, before encryption.</summary>
    public const string SentSize = "raft.tcp.sent.size";

    /// <summary>Messages that were read from connections.</summary>
    public const string Received = "raft.tcp.received";

    /// <summary>Bytes that were read from connections, after decryption.</summary>
    public const string ReceivedSize = "raft.tcp.received.size";

    /// <summary>Messages that were dropped, by reason.</summary>
    public const string Dropped = "raft.tcp.dropped";

    /// <summary>Attempts to connect to a peer, by outcome.</summary>
    public const string Dials = "raft.tcp.dials";

    /// <summary>Connections and nodes of others that were refused, by reason.</summary>
    public const string Refusals = "raft.tcp.refusals";

    /// <summary>Seconds from a question whether a peer is alive to its answer.</summary>
    public const string RoundTrip = "raft.tcp.round_trip";

    /// <summary>The tag with the reason of a refusal, such as <c>certificate</c> or <c>duplicate</c>.</summary>
    public const string RefusalReasonTag = "raft.refusal.reason";
}
