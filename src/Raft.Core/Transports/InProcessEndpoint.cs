namespace Raft;

/// <summary>
/// A node of an <see cref="InProcessNetwork"/>, through all its restarts. It is never removed, so its counts are never lost.
/// </summary>
internal sealed class InProcessEndpoint(NodeId id)
{
    private long _sent;
    private long _delivered;
    private volatile InProcessDelivery? _delivery;

    public NodeId Id { get; } = id;

    /// <summary>Delivers messages to the node; null while it does not run.</summary>
    public InProcessDelivery? Delivery
    {
        get => _delivery;
        set => _delivery = value;
    }

    /// <summary>Whether a transport has joined for this node; guarded by the network's lock.</summary>
    public bool IsClaimed { get; set; }

    public long Sent => Interlocked.Read(ref _sent);

    public long Delivered => Interlocked.Read(ref _delivered);

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountDelivered() => Interlocked.Increment(ref _delivered);
}
