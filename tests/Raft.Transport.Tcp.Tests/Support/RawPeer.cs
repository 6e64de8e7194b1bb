using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp.Tests;

/// <summary>A program that speaks the protocol byte by byte, well or badly.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly FrameReader _reader = new(hasChecksum: true, 1 << 24);

    public static async Task<RawPeer> ConnectAsync(TcpAddress address)
    {
        RawPeer peer = new();
        await peer._socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port, TestContext.Current.CancellationToken);
        return peer;
    }

    /// <summary>Connects, performs the handshake, and announces a node.</summary>
    public static async Task<RawPeer> JoinAsync(TcpAddress address, NodeKey node, StoreIdentity? store = null, Hello? hello = null)
    {
        RawPeer peer = await ConnectAsync(address);
        await peer.SendAsync((hello ?? Hello()).Encode());
        await peer.ReadHelloAsync();
        await peer.AnnounceAsync(node, store);
        return peer;
    }

    public Task AnnounceAsync(NodeKey node, StoreIdentity? store = null) =>
        SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Announce, new NodeAnnouncement(node, store).Encode()));

    public static Hello Hello(Guid? process = null, long dialNumber = 1, string dialled = "localhost:1") => new()
    {
        Versions = VersionRange.Supported,
        Process = process ?? Guid.NewGuid(),
        DialNumber = dialNumber,
        MaximumFrame = 1 << 20,
        DialledAddress = dialled,
    };

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
        }
    }

    public Task SendAsync(RaftMessage message) => SendAsync(FrameSamples.Message(hasChecksum: true, message));

    public async Task<Hello> ReadHelloAsync()
    {
        byte[] head = await ReadAsync(Tcp.Hello.HeadSize);
        return Tcp.Hello.Decode([.. head, .. await ReadAsync(Tcp.Hello.ReadHead(head))]);
    }

    /// <summary>Reads frames until one of a kind.</summary>
    public async Task<byte[]> ReadUntilAsync(FrameKind kind)
    {
        while (true)
        {
            while (_reader.TryRead(out Frame frame))
            {
                if (frame.Kind == kind)
                {
                    return frame.Payload.ToArray();
                }
            }

            int count = await Wait.OrFailAsync(ReceiveAsync(_reader.GetBuffer()), $"a frame {kind} arrives");
            Assert.True(count > 0, $"The connection ended before a frame {kind}.");
            _reader.Advance(count);
        }
    }

    /// <summary>Waits until the other side has closed the connection.</summary>
    public async Task WaitForEndAsync()
    {
        byte[] buffer = new byte[4_096];
        try
        {
            while (await Wait.OrFailAsync(ReceiveAsync(buffer), "the connection ends") > 0)
            {
            }
        }
        catch (SocketException)
        {
            // reset, which is an end too
        }
    }

    public void Dispose() => _socket.Dispose();

    private Task<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask();

    private async Task<byte[]> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int filled = 0; filled < length;)
        {
            int count = await Wait.OrFailAsync(ReceiveAsync(bytes.AsMemory(filled)), "bytes arrive");
            Assert.True(count > 0, "The connection ended.");
            filled += count;
        }

        return bytes;
    }
}
