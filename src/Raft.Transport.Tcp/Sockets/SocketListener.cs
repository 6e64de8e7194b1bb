using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>Accepts connections on a socket.</summary>
internal sealed class SocketListener(Socket socket, TcpAddress address) : IConnectionListener
{
    private volatile bool _isDisposed;

    public TcpAddress Address { get; } = address with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port };

    public async ValueTask<IConnectionStream> AcceptAsync()
    {
        try
        {
            return new SocketStream(await socket.AcceptAsync().ConfigureAwait(false));
        }
        catch (SocketException) when (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(SocketListener));
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        socket.Dispose();
    }
}
