using System.Net;
using System.Net.Sockets;

namespace Raft.Chaos.Tests;

/// <summary>What a proxy does with the bytes between two nodes.</summary>
public sealed class LinkProxyTests : IAsyncDisposable
{
    private readonly Link _forward = new();
    private readonly Link _backward = new();
    private readonly TcpListener _target = new(IPAddress.Loopback, 0);
    private readonly LinkProxy _proxy;
    private IPEndPoint? _address;

    public LinkProxyTests()
    {
        _target.Start();
        _address = (IPEndPoint)_target.LocalEndpoint;
        _proxy = new LinkProxy(_forward, _backward, () => _address);
        _proxy.Start();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Proxy_HealthyLink_PassesBothDirections()
    {
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            await dialler.SendAsync(new byte[] { 1, 2, 3 }, Stop);
            await target.SendAsync(new byte[] { 4, 5 }, Stop);

            Assert.Equal([1, 2, 3], await ReceiveAsync(target, 3));
            Assert.Equal([4, 5], await ReceiveAsync(dialler, 2));
        }
    }

    [Fact]
    public async Task Proxy_OneDirectionIsCut_HoldsItsBytesUntilItHeals()
    {
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            _forward.Set(new LinkConditions(IsCut: true));
            await dialler.SendAsync(new byte[] { 1 }, Stop);
            await target.SendAsync(new byte[] { 2 }, Stop);
            Assert.Equal([2], await ReceiveAsync(dialler, 1)); // the other direction passes
            Task<byte[]> held = ReceiveAsync(target, 1);
            Assert.False(held.IsCompleted);

            _forward.Set(LinkConditions.Healthy);

            Assert.Equal([1], await held);
        }
    }

    [Fact]
    public async Task Proxy_LinkThatBreaks_ResetsTheConnectionAndNewOnes()
    {
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            _forward.Set(new LinkConditions(IsCut: true, Breaks: true));
            _proxy.Break();

            await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(dialler, 1));
        }

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket another = await DialAsync(); // which may see it already
            await ReceiveAsync(another, 1);
        });
    }

    [Fact]
    public async Task Proxy_TargetDoesNotRun_ResetsTheConnection()
    {
        _address = null;

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket dialler = await DialAsync(); // which may see it already
            await ReceiveAsync(dialler, 1);
        });
    }

    [Fact]
    public async Task Proxy_BreakAfterSomeBytes_PassesThemAndNoMore()
    {
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            _proxy.BreakAfter(5);

            await dialler.SendAsync(new byte[12], Stop);

            Assert.Equal(5, await CountUntilEndAsync(target));
            await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(dialler, 1));
        }
    }

    [Fact]
    public async Task Proxy_DelayedAndThrottledLink_KeepsAllBytesInOrder()
    {
        const int Count = 40_000;
        _forward.Set(new LinkConditions(Delay: TimeSpan.FromMilliseconds(2), BytesPerSecond: 4_000_000));
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            byte[] sent = [.. Enumerable.Range(0, Count).Select(static i => (byte)(i * 31))];
            Task sending = dialler.SendAsync(sent, Stop).AsTask();

            Assert.Equal(sent, await ReceiveAsync(target, Count));
            await sending;
        }
    }

    [Fact]
    public async Task Proxy_SenderEnds_ReceiverSeesTheEndAfterAllBytes()
    {
        (Socket dialler, Socket target) = await ConnectAsync();
        using (dialler)
        using (target)
        {
            await dialler.SendAsync(new byte[7], Stop);
            dialler.Shutdown(SocketShutdown.Send);

            Assert.Equal(7, await CountUntilEndAsync(target));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _target.Dispose();
    }

    private async Task<(Socket Dialler, Socket Target)> ConnectAsync()
    {
        Socket dialler = await DialAsync();
        return (dialler, await _target.AcceptSocketAsync(Stop));
    }

    private async Task<Socket> DialAsync()
    {
        Socket dialler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await dialler.ConnectAsync(_proxy.Address, Stop);
        return dialler;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int received = 0; received < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(received), Stop);
            received += read > 0 ? read : throw new EndOfStreamException();
        }

        return bytes;
    }

    private static async Task<int> CountUntilEndAsync(Socket socket)
    {
        byte[] bytes = new byte[64];
        int count = 0;
        int read;
        while ((read = await socket.ReceiveAsync(bytes, Stop)) > 0)
        {
            count += read;
        }

        return count;
    }
}
