using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>A connection over a socket. Several segments are written by one call of the operating system.</summary>
internal sealed class SocketStream : IConnectionStream
{
    /// <summary>The most bytes of a call. A call completes only when all are sent, so this is the unit of progress.</summary>
    private const int MaximumCall = 65_536;

    private readonly Socket _socket;
    private readonly SegmentSender _sender = new();
    private readonly List<ArraySegment<byte>> _rest = [];
    private readonly List<ArraySegment<byte>> _part = []; // of _rest, for one call
    private long _writtenBytes;

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

    public long WrittenBytes => Volatile.Read(ref _writtenBytes);

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    public async ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        if (segments.Count == 1)
        {
            ReadOnlyMemory<byte> rest = segments[0];
            while (rest.Length > 0)
            {
                ReadOnlyMemory<byte> part = rest[..Math.Min(rest.Length, MaximumCall)];
                int sent = await _socket.SendAsync(part, SocketFlags.None).ConfigureAwait(false);
                Volatile.Write(ref _writtenBytes, _writtenBytes + sent);
                rest = rest[sent..];
            }

            return;
        }

        _rest.Clear();
        _rest.AddRange(segments);
        while (_rest.Count > 0)
        {
            FillPart();
            int sent = await _sender.SendAsync(_socket, _part).ConfigureAwait(false);
            Volatile.Write(ref _writtenBytes, _writtenBytes + sent);
            Skip(sent);
        }

        _part.Clear();
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

    private void FillPart()
    {
        _part.Clear();
        int room = MaximumCall;
        foreach (ArraySegment<byte> segment in _rest)
        {
            int count = Math.Min(room, segment.Count);
            _part.Add(segment[..count]);
            room -= count;
            if (room == 0)
            {
                return;
            }
        }
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
