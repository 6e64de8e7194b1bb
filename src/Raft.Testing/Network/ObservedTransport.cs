namespace Raft.Testing;

/// <summary>
/// The transport of one life of a node, from <see cref="SimulatedTransports"/>: the network observes what passes through it, and a script's
/// rules for messages apply. Messages of other clusters that the weather injects reach the node directly.
/// </summary>
internal sealed class ObservedTransport(
    SimulatedNetwork network, SimulatedTransports transports, NodeId node, ITransport inner) : ITransport
{
    private IMessageReceiver? _receiver;
    private bool _hasStopped;
    private bool _isSevered;

    /// <summary>Always false: nothing leaves the simulation.</summary>
    public bool LeavesProcess => false;

    /// <inheritdoc/>
    public async ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        await inner.StartAsync(new Receiver(this, receiver), cancellationToken).ConfigureAwait(false);
        _receiver = receiver;
        _hasStopped = false;
        if (!_isSevered)
        {
            network.Attach(node, this, receiver);
        }
    }

    /// <inheritdoc/>
    public void Send(RaftMember to, RaftMessage message)
    {
        if (!_isSevered && _receiver is not null)
        {
            network.Send(message, passed =>
            {
                if (!_isSevered)
                {
                    inner.Send(to, passed);
                }
            });
        }
    }

    /// <inheritdoc/>
    public string? DescribeProblem(NodeId member) => inner.DescribeProblem(member);

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        network.Detach(node, this);
        await inner.StopAsync(cancellationToken).ConfigureAwait(false);
        _receiver = null;
        _hasStopped = true;
    }

    /// <summary>The process of the node has ended.</summary>
    public void Sever()
    {
        _isSevered = true;
        network.Detach(node, this);
        transports.Sever(node);
    }

    private void OnReceived(IMessageReceiver receiver, RaftMessage message)
    {
        if (_hasStopped || _isSevered)
        {
            transports.Broken?.Invoke($"Nothing is received after a stop is broken: {node} received a {message.GetType().Name} from "
                + $"{message.From}.");
            return;
        }

        network.OnReceiving(message);
        receiver.Receive(message);
    }

    private sealed class Receiver(ObservedTransport transport, IMessageReceiver inner) : IMessageReceiver
    {
        public NodeId NodeId => inner.NodeId;

        public MessageOrigin? Origin => inner.Origin;

        public IReadOnlyList<RaftMember> Members => inner.Members;

        public void Receive(RaftMessage message) => transport.OnReceived(inner, message);
    }
}
