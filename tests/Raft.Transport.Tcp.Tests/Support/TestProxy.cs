using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// Passes on bytes between two processes, at once or slowly, until a test cuts or resets the connections, or stops reading.
/// </summary>
internal sealed class TestProxy : IDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<TcpAddress?> _findTarget;
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private long _bytesToReset = long.MaxValue;
    private volatile bool _isStalled;

    /// <param name="target">Where the connections go.</param>
    public TestProxy(TcpAddress target)
        : this(() => target)
    {
    }

    /// <param name="findTarget">Where a connection goes; null: nobody listens there yet.</param>
    public TestProxy(Func<TcpAddress?> findTarget)
    {
        _findTarget = findTarget;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = new TcpAddress("127.0.0.1", ((IPEndPoint)_listener.LocalEndPoint!).Port);
        _ = AcceptAsync();
    }

    public TcpAddress Address { get; }

    public int Connections { get; private set; }

    /// <summary>How much later everything arrives.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many bytes pass in a second, at most, in each direction of a connection; null: as many as come.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Resets the connection after so many more bytes from the dialler, in the middle of a frame or not.</summary>
    public void ResetAfter(long bytes) => Volatile.Write(ref _bytesToReset, bytes);

    /// <summary>Passes on nothing any more, and reads nothing.</summary>
    public void Stall() => _isStalled = true;

    /// <summary>Closes all connections.</summary>
    public void Cut()
    {
        Socket[] sockets;
        lock (_lock)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        foreach (Socket socket in sockets)
        {
            socket.Close();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket dialler = await _listener.AcceptAsync();
                if (_findTarget() is not { } address)
                {
                    dialler.Close();
                    continue;
                }

                Socket target = new(SocketType.Stream, ProtocolType.Tcp);
                await target.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
                lock (_lock)
                {
                    _sockets.Add(dialler);
                    _sockets.Add(target);
                    Connections++;
                }

                _ = PassAsync(dialler, target, isFromDialler: true);
                _ = PassAsync(target, dialler, isFromDialler: false);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // disposed, or the target does not listen any more
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isFromDialler)
    {
        byte[] buffer = new byte[7_000];
        try
        {
            while (!_isStalled)
            {
                int count = await from.ReceiveAsync(buffer);
                if (count == 0)
                {
                    break;
                }

                await Task.Delay(Delay + TimeSpan.FromSeconds(BytesPerSecond is { } speed ? count / (double)speed : 0));
                long rest = Volatile.Read(ref _bytesToReset);
                if (isFromDialler && count >= rest)
                {
                    Volatile.Write(ref _bytesToReset, long.MaxValue);
                    await to.SendAsync(buffer.AsMemory(0, (int)rest));
                    from.LingerState = to.LingerState = new LingerOption(true, 0);
                    break;
                }

                if (isFromDialler && rest != long.MaxValue)
                {
                    Volatile.Write(ref _bytesToReset, rest - count);
                }

                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // cut
        }

        if (!_isStalled)
        {
            from.Close();
            to.Close();
        }
    }
}
