namespace Raft.Transport.Tcp.Tests;

/// <summary>Accepts all nodes that are announced, unless told otherwise, and keeps what happens.</summary>
internal sealed class IgnoringOwner : IConnectionOwner
{
    public Func<NodeAnnouncement, NodeRefusal?> Decide { get; set; } = static _ => null;

    public List<RaftMessage> Messages { get; } = [];

    public List<(FrameKind Kind, byte[] Payload)> Sent { get; } = [];

    public List<NodeKey> Withdrawn { get; } = [];

    public List<NodeKey> Missing { get; } = [];

    public int Dropped { get; private set; }

    public NodeRefusal? OnAnnounced(NodeAnnouncement announcement) => Decide(announcement);

    public void OnWithdrawn(NodeKey node) => Withdrawn.Add(node);

    public void OnNodeRefused(NodeRefusal refusal)
    {
    }

    public void OnMissing(NodeKey node) => Missing.Add(node);

    public void OnLaneRequested(LaneKind lane)
    {
    }

    public void OnMessage(RaftMessage message) => Messages.Add(message);

    public void OnDropped(DropReason reason) => Dropped++;

    public void OnPong(long number)
    {
    }

    public void OnGoodbye(Goodbye goodbye)
    {
    }

    public void Send(FrameKind kind, byte[] payload) => Sent.Add((kind, payload));
}
