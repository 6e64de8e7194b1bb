namespace Raft.Testing;

/// <summary>A node's end that keeps everything it receives, and remembers what each message looked like when it came.</summary>
internal sealed class ContractReceiver(NodeId nodeId) : IMessageReceiver
{
    private readonly Lock _lock = new();
    private readonly List<(RaftMessage Message, string Text)> _received = [];

    public NodeId NodeId { get; } = nodeId;

    public MessageOrigin? Origin => ContractMessages.Origin;

    public IReadOnlyList<RaftMember> Members { get; init; } = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _received.Count;
            }
        }
    }

    /// <summary>What has come, with what it looked like then.</summary>
    public IReadOnlyList<(RaftMessage Message, string Text)> Received
    {
        get
        {
            lock (_lock)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>Called by each delivery before it is noted; null for nothing.</summary>
    public Action? Entering { get; set; }

    public void Receive(RaftMessage message)
    {
        Entering?.Invoke();
        string text = ContractMessages.Describe(message);
        lock (_lock)
        {
            _received.Add((message, text));
        }
    }

    public bool Holds(long correlation)
    {
        lock (_lock)
        {
            return _received.Exists(each => each.Message.Correlation == correlation);
        }
    }
}
