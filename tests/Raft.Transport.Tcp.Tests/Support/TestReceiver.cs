namespace Raft.Transport.Tcp.Tests;

/// <summary>A node's end that keeps what it receives.</summary>
internal sealed class TestReceiver : IMessageReceiver
{
    private readonly Lock _lock = new();
    private readonly List<RaftMessage> _received = [];

    public TestReceiver(NodeId nodeId, IReadOnlyList<RaftMember> members, string clusterId = "raft", StoreIdentity? store = null)
    {
        NodeId = nodeId;
        Members = members;
        Origin = new MessageOrigin(clusterId, Identity: null, store);
    }

    public NodeId NodeId { get; }

    public NodeKey Key => new(Origin.ClusterId, NodeId);

    public MessageOrigin Origin { get; }

    MessageOrigin? IMessageReceiver.Origin => Origin;

    public IReadOnlyList<RaftMember> Members { get; }

    public RaftMessage[] Received
    {
        get
        {
            lock (_lock)
            {
                return [.. _received];
            }
        }
    }

    public Action<RaftMessage>? OnReceive { get; set; }

    public void Receive(RaftMessage message)
    {
        OnReceive?.Invoke(message);
        lock (_lock)
        {
            _received.Add(message);
        }
    }
}
