using Raft.Transport.Tcp;

namespace Raft;

/// <summary>The options of TCP transports. The nodes of a host, or of a <see cref="TcpNetwork"/>, share them.</summary>
/// <remarks>They are read when the network is created; later changes have no effect.</remarks>
public sealed class TcpTransportOptions
{
    private const int Kibibyte = 1_024;
    private const int Mebibyte = 1_024 * Kibibyte;

    /// <summary>
    /// Gets or sets the address to listen at, such as <c>0.0.0.0:7001</c>. Default null: each node listens at its own address in
    /// <see cref="RaftNodeOptions.Members"/>, and nodes with the same address share a listener. Set it where others reach the node at an
    /// address that its machine does not have, such as that of a load balancer or of a container's host. Port 0 chooses a free port.
    /// </summary>
    public string? Listen { get; set; }

    /// <summary>
    /// Gets or sets whether connections to and from other machines may be neither authenticated nor encrypted. Default false: without
    /// <see cref="Tls"/>, nodes use loopback addresses only, and refuse to start with any other. If true, anyone who reaches the port can
    /// change and destroy the state of the cluster; each start logs a warning.
    /// </summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>Gets or sets how connections are authenticated and encrypted. Default null: they are not.</summary>
    public TcpTlsOptions? Tls { get; set; }

    /// <summary>
    /// Gets or sets the largest message in bytes, on the wire: 64 KiB to 1 GiB, default 16 MiB. It must hold
    /// <see cref="RaftNodeOptions.MaximumMessageBytes"/>, <see cref="RaftNodeOptions.MaximumCommandBytes"/> and
    /// <see cref="RaftNodeOptions.SnapshotChunkBytes"/>, each with 64 KiB more. Larger messages are dropped and reported. A peer makes a
    /// connection allocate at most this much for a message that is incomplete.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaximumFrameBytes
    {
        get;
        set => field = Ranges.Check(value, 64 * Kibibyte, 1_024 * Mebibyte);
    } = 16 * Mebibyte;

    /// <summary>
    /// Gets or sets how many messages may wait for a peer: 16 to 1,000,000, default 16,384. More are dropped and counted. An eighth is for
    /// messages without entries only.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaximumQueuedMessages
    {
        get;
        set => field = Ranges.Check(value, 16, 1_000_000);
    } = 16_384;

    /// <summary>
    /// Gets or sets how many bytes of messages may wait for a peer: 64 KiB to 16 GiB, default 64 MiB. More are dropped and counted. A
    /// message that is larger waits alone. An eighth is for messages without entries only.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public long MaximumQueuedBytes
    {
        get;
        set => field = Ranges.Check(value, 64 * Kibibyte, 16L * 1_024 * Mebibyte);
    } = 64 * Mebibyte;

    /// <summary>
    /// Gets or sets how long a message with entries may wait until it is written: 10 ms to one minute. Default null: half of the
    /// shortest election timeout of the host's nodes, or 500 ms without a host. It is dropped then, with those that follow it, so that
    /// heartbeats do not wait for entries on a slow connection. The leader sends them again.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan? MaximumQueueDelay
    {
        get;
        set => field = value is { } delay ? Ranges.Check(delay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)) : null;
    }

    /// <summary>
    /// Gets or sets how long connecting and authenticating may take, together: 100 ms to one minute, default 5 s. It is also how long a
    /// connection that ends waits for the other side.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan HandshakeTimeout
    {
        get;
        set => field = Ranges.Check(value, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
    } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets how many connections that others have opened may exist at a time on which no node was accepted yet: 1 to 10,000,
    /// default 64. One more ends the oldest one of the machine that has the most. A connection ends if no node of it is accepted within
    /// <see cref="HandshakeTimeout"/> after the handshake.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaximumHandshakes
    {
        get;
        set => field = Ranges.Check(value, 1, 10_000);
    } = 64;

    /// <summary>
    /// Gets or sets after which time without traffic the other side is asked whether it is alive: 50 ms to ten minutes, default 2 s. A
    /// connection on which nothing arrives, or 64 KiB cannot be written, for three times as long is closed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan KeepAliveInterval
    {
        get;
        set => field = Ranges.Check(value, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10));
    } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the longest pause between two attempts to reach a peer: 50 ms to ten minutes, default 2 s. The pauses grow from 50 ms,
    /// with jitter. There is no pause if the peer has connected to this process meanwhile.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan MaximumDialPause
    {
        get;
        set => field = Ranges.Check(value, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10));
    } = TimeSpan.FromSeconds(2);

    internal TcpTransportOptions Copy()
    {
        TcpTransportOptions copy = (TcpTransportOptions)MemberwiseClone();
        copy.Tls = Tls?.Copy();
        return copy;
    }
}
