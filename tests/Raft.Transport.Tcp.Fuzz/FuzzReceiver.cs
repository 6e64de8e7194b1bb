namespace Raft.Transport.Tcp.Fuzz;

/// <summary>The node that the messages are for.</summary>
internal sealed class FuzzReceiver : IMessageReceiver
{
    public static readonly NodeKey Key = new("raft", "n1");

    public NodeId NodeId => Key.NodeId;

    public MessageOrigin Origin { get; } = new(Key.ClusterId, Identity: null, Store: null);

    MessageOrigin? IMessageReceiver.Origin => Origin;

    public IReadOnlyList<RaftMember> Members { get; } = ["n1=localhost:1", "n2=localhost:2"];

    public List<RaftMessage> Received { get; } = [];

    public void Receive(RaftMessage message) => Received.Add(message);
}
