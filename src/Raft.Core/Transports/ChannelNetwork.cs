using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Raft;

/// <summary>A network over System.Threading.Channels: each node has a bounded channel, which its worker reads whenever it runs.</summary>
/// <inheritdoc cref="InProcessNetwork" path="/remarks"/>
public sealed class ChannelNetwork : InProcessNetwork
{
    /// <summary>Creates a network without nodes.</summary>
    /// <param name="inboxCapacity">How many messages may wait for one node before more are dropped; at least 1.</param>
    public ChannelNetwork(int inboxCapacity = DefaultInboxCapacity)
        : base(inboxCapacity)
    {
    }

    /// <inheritdoc/>
    public override ChannelTransport CreateTransport() => new(this);

    private protected override InProcessInbox OpenInbox(InProcessEndpoint endpoint) => new Inbox(endpoint, InboxCapacity);

    /// <summary>The channel is only a queue: nothing waits to read or write, so it never runs a continuation.</summary>
    private sealed class Inbox(InProcessEndpoint endpoint, int capacity) : InProcessInbox
    {
        private readonly Channel<RaftMessage> _channel = Channel.CreateBounded<RaftMessage>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait, // TryWrite returns false when it is full; the other modes drop messages silently
        });

        private volatile bool _closed;

        public override DropReason TryAdd(RaftMessage message)
        {
            if (_channel.Writer.TryWrite(message))
            {
                return DropReason.None;
            }

            return _closed ? DropReason.Stopped : DropReason.Overflow;
        }

        public override bool TryTake([NotNullWhen(true)] out RaftMessage? message)
        {
            if (_closed || !_channel.Reader.TryRead(out message))
            {
                message = null;
                return false;
            }

            endpoint.CountDelivered();
            return true;
        }

        public override int Close()
        {
            _closed = true;
            _channel.Writer.TryComplete();
            int dropped = 0;
            while (_channel.Reader.TryRead(out _))
            {
                dropped++;
            }

            return dropped;
        }
    }
}
