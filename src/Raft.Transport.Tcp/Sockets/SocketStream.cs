using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>A connection over a socket. Several segments are written by one call of the operating system.</summary>
internal sealed class SocketStream : IConnectionStream
{
    private readonly Socket _socket;
    private readonly SegmentSender _sender = new();
    private readonly List<ArraySegment<byte>> _rest = [];

    public SocketStream(Socket socket)
    {
        _socket = socket;
        try
        {
            socket.NoDelay = true;
            UnsentBytes.Limit(socket);
            RemoteAddress = socket.RemoteEndPoint?.ToString() ?? "unknown";
        }
        catch
        {
            Dispose(); // the other side may have closed it already
            throw;
        }
    }

    public string RemoteAddress { get; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    public async ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        if (segments.Count == 1)
        {
            ReadOnlyMemory<byte> rest = segments[0];
            while (rest.Length > 0)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
            }

            return;
        }

        _rest.Clear();
        _rest.AddRange(segments);
        while (_rest.Count > 0)
        {
            Skip(await _sender.SendAsync(_socket, _rest).ConfigureAwait(false));
        }

        _sender.BufferList = null; // otherwise the data of entries would stay pinned until the next call
    }

    public void CompleteWrites()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the connection is gone already
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sender.Dispose();
    }

    /// <summary>Removes what was sent: usually all of it.</summary>
    private void Skip(int sent)
    {
        int whole = 0;
        while (whole < _rest.Count && sent >= _rest[whole].Count)
        {
            sent -= _rest[whole].Count;
            whole++;
        }

        _rest.RemoveRange(0, whole);
        if (sent > 0)
        {
            _rest[0] = _rest[0][sent..];
        }
    }
}
