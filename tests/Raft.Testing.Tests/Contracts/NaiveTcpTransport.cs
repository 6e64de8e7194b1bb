using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Raft.Testing.Tests.Contracts;

/// <summary>
/// A transport over TCP as one writes it first: a queue without a bound for each peer, a loop that connects until it succeeds, and a
/// stop that cancels the loops and does not wait for them.
/// </summary>
/// <param name="address">Where it listens.</param>
/// <param name="reserved">A socket that is bound to the address, for the first start.</param>
internal sealed class NaiveTcpTransport(string address, Socket? reserved = null) : ITransport
{
    private readonly Dictionary<NodeId, Channel<RaftMessage>> _queues = [];
    private readonly Lock _lock = new();
    private Socket? _reserved = reserved;
    private CancellationTokenSource? _stop;
    private Socket? _listener;

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        CancellationTokenSource stop = new();
        Socket listener = _reserved ?? Bind(IPEndPoint.Parse(address));
        listener.Listen();
        _reserved = null;
        (_stop, _listener) = (stop, listener);
        _ = AcceptAsync(listener, receiver, stop.Token);
        return ValueTask.CompletedTask;
    }

    public void Send(RaftMember to, RaftMessage message)
    {
        lock (_lock)
        {
            if (_stop is not { IsCancellationRequested: false } stop || !IPEndPoint.TryParse(to.Address ?? "", out IPEndPoint? target))
            {
                return;
            }

            if (!_queues.TryGetValue(to.NodeId, out Channel<RaftMessage>? queue))
            {
                _queues.Add(to.NodeId, queue = Channel.CreateUnbounded<RaftMessage>());
                _ = SendAsync(target, queue.Reader, stop.Token);
            }

            queue.Writer.TryWrite(message);
        }
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _stop?.Cancel();
            _listener?.Dispose();
            _queues.Clear();
        }

        return ValueTask.CompletedTask;
    }

    public static Socket Bind(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        socket.Bind(address);
        return socket;
    }

    private static async Task AcceptAsync(Socket listener, IMessageReceiver receiver, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                _ = ReceiveAsync(new TcpClient { Client = await listener.AcceptAsync(stopping) }, receiver, stopping);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task ReceiveAsync(TcpClient client, IMessageReceiver receiver, CancellationToken stopping)
    {
        using TcpClient _ = client;
        try
        {
            byte[] length = new byte[4];
            while (true)
            {
                await client.GetStream().ReadExactlyAsync(length, stopping);
                byte[] frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
                await client.GetStream().ReadExactlyAsync(frame, stopping);
                if (MessageCodec.TryRead(frame, out RaftMessage? message))
                {
                    receiver.Receive(message);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
        }
    }

    private static async Task SendAsync(IPEndPoint target, ChannelReader<RaftMessage> queue, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = new() { NoDelay = true };
                await client.ConnectAsync(target, stopping);
                await foreach (RaftMessage message in queue.ReadAllAsync(stopping))
                {
                    ArrayBufferWriter<byte> frame = new();
                    frame.Write(new byte[4]);
                    MessageCodec.Write(message, frame);
                    byte[] bytes = frame.WrittenSpan.ToArray();
                    BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
                    await client.GetStream().WriteAsync(bytes, stopping);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }
}
