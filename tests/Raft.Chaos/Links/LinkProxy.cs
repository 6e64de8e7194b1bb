using System.Net;
using System.Net.Sockets;

namespace Raft.Chaos;

/// <summary>
/// Stands between one node and another one that it dials: the node connects here, and its bytes pass as the two directions of the link
/// allow.
/// </summary>
/// <param name="forward">From the node that dials.</param>
/// <param name="backward">To the node that dials.</param>
/// <param name="findTarget">The address of the other node at the moment; null while it does not run.</param>
internal sealed class LinkProxy(Link forward, Link backward, Func<IPEndPoint?> findTarget) : IAsyncDisposable
{
    private const int MostFailures = 100; // one after the other

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(10);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<ProxiedConnection> _connections = [];
    private readonly List<Task> _running = [];

    /// <summary>The address to dial. Known after <see cref="Start"/>.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Begins to accept connections.</summary>
    public void Start()
    {
        _listener.Bind(Address);
        _listener.Listen();
        Address = (IPEndPoint)_listener.LocalEndPoint!;
        Add(AcceptAsync());
    }

    /// <summary>Breaks all connections.</summary>
    public void Break() => ForEach(static connection => connection.Break());

    /// <summary>Breaks all connections in the middle of what passes next.</summary>
    /// <param name="afterBytes">How many bytes may still pass.</param>
    public void BreakAfter(int afterBytes) => ForEach(connection => connection.BreakAfter(afterBytes));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Break();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (int failures = 0; ;)
            {
                if (await TryAcceptAsync(isLast: failures == MostFailures) is { } dialler)
                {
                    failures = 0;
                    Add(ServeAsync(dialler));
                }
                else
                {
                    failures++;
                    await Task.Delay(PauseAfterFailure, _stop.Token);
                }
            }
        }
        catch (Exception exception) when (
            _stop.IsCancellationRequested && exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy has ended.
        }
    }

    /// <summary>Accepts a connection.</summary>
    /// <returns>Null if that failed, because the dialler has gone already or there are too many sockets. It may succeed later.</returns>
    private async Task<Socket?> TryAcceptAsync(bool isLast)
    {
        try
        {
            return await _listener.AcceptAsync(_stop.Token);
        }
        catch (SocketException) when (!isLast && !_stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ServeAsync(Socket dialler)
    {
        using ProxiedConnection connection = new(dialler, forward, backward);
        lock (_lock)
        {
            _connections.Add(connection);
        }

        try
        {
            await connection.RunAsync(findTarget, _stop.Token);
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(connection);
            }
        }
    }

    private void Add(Task task)
    {
        lock (_lock)
        {
            _running.RemoveAll(static each => each.IsCompletedSuccessfully);
            _running.Add(task);
        }
    }

    private void ForEach(Action<ProxiedConnection> action)
    {
        ProxiedConnection[] connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        Array.ForEach(connections, action);
    }
}
