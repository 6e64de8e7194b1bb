using System.Net;
using System.Net.Sockets;

namespace Raft.Benchmarks.Server;

/// <summary>A connection of one client, which sends a request and waits for the reply before it sends the next.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferBytes = 8_192;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[BufferBytes];

    private HttpConnection()
    {
    }

    public static async Task<HttpConnection> OpenAsync(IPEndPoint server)
    {
        HttpConnection connection = new();
        await connection._socket.ConnectAsync(server);
        return connection;
    }

    public async ValueTask<HttpReply> SendAsync(ReadOnlyMemory<byte> request)
    {
        while (request.Length > 0)
        {
            request = request[await _socket.SendAsync(request, SocketFlags.None)..];
        }

        int filled = 0;
        while (true)
        {
            int read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None);
            if (read == 0)
            {
                throw new IOException("A server has closed a connection, or has sent a reply that is too long.");
            }

            filled += read;
            if (HttpReply.Read(_buffer.AsSpan(0, filled)) is { } reply)
            {
                return reply;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
