using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Raft.Transport.Tcp;

namespace Raft;

/// <summary>
/// What the TCP transports of a process share: their listeners, and one connection to each peer. Create one for each process, and a
/// transport for each node. <c>UseTcpTransport</c> does both.
/// </summary>
/// <remarks>All members may be called on any thread. It uses no resources while no node runs, so it need not be disposed.</remarks>
public sealed class TcpNetwork
{
    /// <summary>Creates the network. Nothing is opened before a node starts.</summary>
    /// <param name="options">The options; copied. Null: their defaults.</param>
    /// <param name="loggerFactory">Creates its logger. Null: nothing is logged.</param>
    /// <param name="meterFactory">Creates the meter of its instruments, <see cref="TcpInstruments"/>. Null: nothing is measured.</param>
    /// <exception cref="TcpTransportException">A certificate cannot be read.</exception>
    /// <exception cref="ArgumentException">The options contradict each other; the message says what to change.</exception>
    public TcpNetwork(TcpTransportOptions? options = null, ILoggerFactory? loggerFactory = null, IMeterFactory? meterFactory = null)
        : this(options, RaftLoggers.Create(loggerFactory), meterFactory, new TcpEnvironment())
    {
    }

    internal TcpNetwork(
        TcpTransportOptions? options, ILogger? logger, IMeterFactory? meterFactory, TcpEnvironment environment)
    {
        TcpTransportOptions copy = (options ?? new TcpTransportOptions()).Copy();
        PeerReports reports = new(logger ?? NullLogger.Instance, environment.Clock);
        ITrafficCounters counters = meterFactory is null ? new NoCounters() : new TcpMetrics(meterFactory);
        IConnectionSecurity security = copy.Tls is null ? new PlaintextSecurity() : new TlsSecurity(copy.Tls, environment.Clock, reports);
        Hub = new TcpHub(copy, security, environment, counters, reports);
    }

    internal TcpHub Hub { get; }

    /// <summary>Creates the transport of a node.</summary>
    /// <returns>The transport, not started.</returns>
    public TcpTransport CreateTransport() => new(this);
}
