using System.Collections.Concurrent;

namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// Sockets on loopback, with addresses that are known before a port is: a listener at <c>localhost:1</c> gets a free port, and a dial of
/// <c>localhost:1</c> finds it. A test can send dials of an address elsewhere.
/// </summary>
internal sealed class LoopbackNetwork : INetwork
{
    private static readonly TcpAddress FreePort = new("127.0.0.1", 0);

    private readonly SocketNetwork _sockets = new();
    private readonly ConcurrentDictionary<TcpAddress, TcpAddress> _real = new();
    private readonly ConcurrentDictionary<TcpAddress, TcpAddress> _diverted = new();

    /// <summary>Where the listener of an address really listens.</summary>
    public TcpAddress RealAddressOf(string address) => _real[Parse(address)];

    /// <summary>Where the listener of an address really listens; null while there is none.</summary>
    public TcpAddress? FindRealAddress(string address) => _real.GetValueOrDefault(Parse(address));

    /// <summary>From now on, dials of an address go to another one.</summary>
    public void Divert(string address, TcpAddress to) => _diverted[Parse(address)] = to;

    public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        TcpAddress target = _diverted.TryGetValue(address, out TcpAddress? diverted) ? diverted
            : _real.TryGetValue(address, out TcpAddress? real) ? real
            : throw new PeerException(
                PeerProblemKind.NobodyListens, $"nobody listens at {address}: start the node, or correct its address");
        return _sockets.DialAsync(target, cancellationToken);
    }

    public async ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        IConnectionListener listener = await _sockets.ListenAsync(FreePort, cancellationToken).ConfigureAwait(false);
        _real[address] = listener.Address;
        return listener;
    }

    private static TcpAddress Parse(string address) =>
        TcpAddress.TryParse(address, out TcpAddress? parsed) ? parsed : throw new ArgumentException(address);
}
