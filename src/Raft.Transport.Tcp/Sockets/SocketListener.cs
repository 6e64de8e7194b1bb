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
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync().ConfigureAwait(false);
            }
            catch (SocketException) when (_isDisposed)
            {
                throw new ObjectDisposedException(nameof(SocketListener));
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionAborted)
            {
                continue;
            }

            try
            {
                return new SocketStream(accepted);
            }
            catch (SocketException)
            {
                // The other side has reset it already. That is no failure of the listener: the next one is accepted at once.
            }
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        socket.Dispose();
    }
}
