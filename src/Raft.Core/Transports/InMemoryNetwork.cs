using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// A network made of a dictionary from node id to the list of messages that wait for the node, under one lock. It is easy to
/// inspect; use <see cref="ChannelNetwork"/> for throughput.
/// </summary>
/// <inheritdoc cref="InProcessNetwork" path="/remarks"/>
public sealed class InMemoryNetwork : InProcessNetwork
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, List<RaftMessage>> _waiting = [];

    /// <summary>Creates a network without nodes.</summary>
    /// <param name="inboxCapacity">How many messages may wait for one node before more are dropped; at least 1.</param>
    public InMemoryNetwork(int inboxCapacity = DefaultInboxCapacity)
        : base(inboxCapacity)
    {
    }

    /// <summary>
    /// A copy of the messages that wait for each running node now, ordered by node id, oldest message first. Receivers other
    /// than nodes are not included: they receive messages at once.
    /// </summary>
    public IReadOnlyDictionary<NodeId, IReadOnlyList<RaftMessage>> Waiting
    {
        get
        {
            SortedDictionary<NodeId, IReadOnlyList<RaftMessage>> copy = [];
            lock (_lock)
            {
                foreach (NodeId id in NodeIds)
                {
                    if (_waiting.TryGetValue(id, out List<RaftMessage>? messages))
                    {
                        copy.Add(id, [.. messages]);
                    }
                }
            }

            return copy;
        }
    }

    /// <inheritdoc/>
    public override InMemoryTransport CreateTransport() => new(this);

    private protected override InProcessInbox OpenInbox(InProcessEndpoint endpoint)
    {
        List<RaftMessage> messages = [];
        lock (_lock)
        {
            _waiting[endpoint.Id] = messages;
        }

        return new Inbox(this, endpoint, messages);
    }

    private sealed class Inbox(InMemoryNetwork network, InProcessEndpoint endpoint, List<RaftMessage> messages) : InProcessInbox
    {
        private bool _closed;

        public override DropReason TryAdd(RaftMessage message)
        {
            lock (network._lock)
            {
                if (_closed)
                {
                    return DropReason.Stopped;
                }

                if (messages.Count >= network.InboxCapacity)
                {
                    return DropReason.Overflow;
                }

                messages.Add(message);
                return DropReason.None;
            }
        }

        public override bool TryTake([NotNullWhen(true)] out RaftMessage? message)
        {
            lock (network._lock)
            {
                if (messages.Count == 0)
                {
                    message = null;
                    return false;
                }

                message = messages[0];
                messages.RemoveAt(0); // moves all the others, which costs little while few wait
            }

            endpoint.CountDelivered();
            return true;
        }

        public override int Close()
        {
            lock (network._lock)
            {
                if (_closed)
                {
                    return 0;
                }

                _closed = true;
                int dropped = messages.Count;
                messages.Clear();
                network._waiting.Remove(endpoint.Id);
                return dropped;
            }
        }
    }
}
