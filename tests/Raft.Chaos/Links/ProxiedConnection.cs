using System.Net;
using System.Net.Sockets;

namespace Raft.Chaos;

/// <summary>A connection from one node to another, in two parts: one to the proxy, and one from it.</summary>
internal sealed class ProxiedConnection : IDisposable
{
    private readonly Socket _dialler;
    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Link _forward;
    private readonly Link _backward;
    private readonly LinkPump _there;
    private readonly LinkPump _back;
    private readonly CancellationTokenSource _end = new();

    public ProxiedConnection(Socket dialler, Link forward, Link backward)
    {
        dialler.NoDelay = true;
        (_dialler, _forward, _backward) = (dialler, forward, backward);
        (_there, _back) = (new LinkPump(forward, dialler, _target), new LinkPump(backward, _target, dialler));
    }

    private bool IsBroken =>
        _forward.Conditions is { IsCut: true, Breaks: true } || _backward.Conditions is { IsCut: true, Breaks: true };

    /// <summary>Moves bytes in both directions until one side ends, or the connection is broken.</summary>
    public async Task RunAsync(Func<IPEndPoint?> findTarget, CancellationToken stop)
    {
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(stop, _end.Token);
        try
        {
            if (!IsBroken)
            {
                await Task.WhenAll(_forward.WaitUntilOpenAsync(both.Token), _backward.WaitUntilOpenAsync(both.Token));
            }

            if (!IsBroken && findTarget() is { } address)
            {
                await _target.ConnectAsync(address, both.Token);
                Task there = _there.RunAsync(both.Token);
                Task back = _back.RunAsync(both.Token);
                await (await Task.WhenAny(there, back)); // a side that fails ends the other one
                await Task.WhenAll(there, back);
                return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side has reset the connection, nobody listens, or it was broken: the other side sees a reset.
        }
        finally
        {
            await _end.CancelAsync();
            await _there.Ended;
            await _back.Ended;
        }

        Reset(_dialler);
        _target.Close(); // not reset: what has passed is still read there, often half a frame
    }

    /// <summary>Breaks the connection at once.</summary>
    public void Break()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Breaks the connection after so many bytes in each direction: usually in the middle of a frame.</summary>
    public void BreakAfter(int bytes)
    {
        _there.BreakAfter(bytes);
        _back.BreakAfter(bytes);
    }

    public void Dispose()
    {
        _dialler.Dispose();
        _target.Dispose();
        _end.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
