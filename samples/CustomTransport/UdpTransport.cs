using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Raft;

namespace CustomTransport;

/// <summary>
/// A transport over UDP: a message is a datagram. UDP gives no guarantees, and a transport need not either: Raft tolerates
/// messages that are lost, repeated or late. UDP has no protection either, so use this in a trusted network only.
/// </summary>
public sealed class UdpTransport : ITransport
{
    /// <summary>The largest payload of a UDP datagram over IPv4.</summary>
    public const int MaximumDatagramBytes = 65_507;

    /// <summary>
    /// The largest payload of a message, which leaves 4 KiB for its header and, in a snapshot's first chunk, for the members. The options
    /// <see cref="RaftNodeOptions.MaximumMessageBytes"/> and <see cref="RaftNodeOptions.SnapshotChunkBytes"/> must not exceed it: a
    /// larger message is never sent, so a follower that needs a snapshot would never receive it.
    /// </summary>
    public const int MaximumPayloadBytes = 60 * 1_024;

    private readonly IPEndPoint _address;
    private volatile Socket? _socket;
    private Task _receiving = Task.CompletedTask;

    /// <param name="address">The address at which this node listens, such as <c>127.0.0.1:5001</c>. The other nodes send to it.</param>
    public UdpTransport(string address) => _address = IPEndPoint.Parse(address);

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        // Not blocking: if the system has no buffer for a datagram, the datagram is lost, and the node does not wait.
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
        // Sending never throws. A message that cannot be sent is lost, and Raft sends it again.
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
        _socket?.Dispose(); // ends the pending receive
        _socket = null;
        await _receiving.WaitAsync(cancellationToken); // after that, nothing is received any more
    }

    private static async Task ReceiveAsync(Socket socket, IMessageReceiver receiver)
    {
        await Task.Yield(); // datagrams that have arrived already must not delay the start
        byte[] buffer = new byte[MaximumDatagramBytes];
        while (true)
        {
            try
            {
                int size = await socket.ReceiveAsync(buffer, SocketFlags.None);

                // Copied, because the message and its memory belong to the node, and the buffer is reused.
                // Any program can send datagrams to this port, so one that is not a message is ignored.
                if (MessageCodec.TryRead(buffer.AsSpan(0, size).ToArray(), out RaftMessage? message))
                {
                    receiver.Receive(message);
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
            {
                // Windows reports here that an earlier datagram was not received. Raft treats it as lost.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // stopped
            }
        }
    }
}
