using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Raft;

namespace CustomTransport;

/// <summary>
/// A transport of one's own, over UDP: a message is a datagram. UDP promises nothing, and neither need a transport: Raft
/// copes with messages that are lost, doubled or late. It has no protection either, so this is for a trusted network.
/// </summary>
public sealed class UdpTransport : ITransport
{
    /// <summary>The most that a UDP datagram over IPv4 carries.</summary>
    public const int MaximumDatagramBytes = 65_507;

    private readonly IPEndPoint _address;
    private volatile Socket? _socket;
    private Task _receiving = Task.CompletedTask;

    /// <param name="address">Where this node listens, as in <c>127.0.0.1:5001</c>: the address that the others know it by.</param>
    public UdpTransport(string address) => _address = IPEndPoint.Parse(address);

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        // Not blocking: a datagram for which the system has no room is lost, instead of making the node wait.
        Socket socket = new(_address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            socket.Bind(_address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        _receiving = ReceiveAsync(socket, receiver);
        return ValueTask.CompletedTask;
    }

    public void Send(RaftMember to, RaftMessage message)
    {
        // Sending never throws: what cannot be sent is lost, and Raft sends it again.
        try
        {
            int size = MessageCodec.GetByteCount(message);
            if (_socket is { } socket && size <= MaximumDatagramBytes && to.Address is not null)
            {
                ArrayBufferWriter<byte> datagram = new(size);
                MessageCodec.Write(message, datagram);
                socket.SendTo(datagram.WrittenSpan, SocketFlags.None, IPEndPoint.Parse(to.Address));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or FormatException or ArgumentException)
        {
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _socket?.Dispose(); // ends what waits on it
        _socket = null;
        await _receiving.WaitAsync(cancellationToken); // and then nothing is received any more
    }

    private static async Task ReceiveAsync(Socket socket, IMessageReceiver receiver)
    {
        await Task.Yield(); // what has arrived already must not keep the start waiting
        byte[] buffer = new byte[MaximumDatagramBytes];
        while (true)
        {
            try
            {
                int size = await socket.ReceiveAsync(buffer, SocketFlags.None);

                // A copy, because the message and all it refers to belong to the node, while the buffer is used again.
                // Anybody can send datagrams to this port, so one that is no message is simply ignored.
                if (MessageCodec.TryRead(buffer.AsSpan(0, size).ToArray(), out RaftMessage? message))
                {
                    receiver.Receive(message);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
            {
                // Windows reports here that an earlier datagram found nobody listening, which is no news to Raft.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // stopped
            }
        }
    }
}
