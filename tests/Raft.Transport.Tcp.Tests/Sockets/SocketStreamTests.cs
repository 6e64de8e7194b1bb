using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Connections over real sockets.</summary>
public sealed class SocketStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Write_LargerThanACall_SendsEveryByteInOrder(int segments)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket dialled = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await dialled.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using Socket accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        using SocketStream stream = new(dialled);
        byte[] data = new byte[300_000];
        new Random(1).NextBytes(data);
        int size = data.Length / segments;
        ArraySegment<byte>[] parts = [.. Enumerable.Range(0, segments).Select(i => new ArraySegment<byte>(data, i * size, size))];

        Task writing = stream.WriteAsync(parts).AsTask();
        byte[] received = new byte[data.Length];
        int filled = 0;
        while (filled < received.Length)
        {
            filled += await accepted.ReceiveAsync(received.AsMemory(filled), TestContext.Current.CancellationToken);
        }

        await writing;
        Assert.Equal(data, received);
    }
}
