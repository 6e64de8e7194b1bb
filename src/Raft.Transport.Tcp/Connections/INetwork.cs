namespace Raft.Transport.Tcp;

/// <summary>
/// Makes connections. The real one uses sockets. A simulation runs the same transport over streams in memory, in one thread: its calls
/// complete in work items of the simulated scheduler.
/// </summary>
internal interface INetwork
{
    /// <summary>Connects to an address, and resolves its name for this call.</summary>
    /// <exception cref="PeerException">Nobody answers there.</exception>
    ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken);

    /// <summary>Accepts connections at an address.</summary>
    /// <exception cref="TcpTransportException">It cannot be listened at.</exception>
    ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken);
}

/// <summary>Accepts connections until it is disposed.</summary>
internal interface IConnectionListener : IDisposable
{
    /// <summary>The address, with the port that was chosen for port 0.</summary>
    TcpAddress Address { get; }

    /// <summary>Returns the next connection. One call at a time.</summary>
    /// <exception cref="ObjectDisposedException">The listener is disposed.</exception>
    ValueTask<IConnectionStream> AcceptAsync();
}

/// <summary>The bytes of a connection, in both directions. Disposing it ends the calls under way.</summary>
internal interface IConnectionStream : IDisposable
{
    /// <summary>The other end, for people.</summary>
    string RemoteAddress { get; }

    /// <summary>Reads at least one byte; returns 0 after the last one. One call at a time.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Writes all segments. One call at a time. The memory must not change until it completes.</summary>
    ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments);

    /// <summary>Says that nothing more is written. The other side reads to the end.</summary>
    void CompleteWrites();
}
