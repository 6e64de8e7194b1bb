namespace Raft.Testing;

/// <summary>A node's end of a <see cref="SimulatedNetwork"/>. After a stop it may be started again.</summary>
/// <remarks>Use it only on the thread of the simulation.</remarks>
public sealed class SimulatedTransport : ITransport
{
    private readonly SimulatedNetwork _network;
    private bool _severed;

    internal SimulatedTransport(SimulatedNetwork network) => _network = network;

    /// <summary>Always false.</summary>
    public bool LeavesProcess => false;

    private IMessageReceiver? Receiver { get; set; }

    /// <inheritdoc/>
    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Receiver = receiver;
        if (!_severed)
        {
            _network.Attach(receiver.NodeId, this, receiver);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Send(RaftMember to, RaftMessage message)
    {
        if (!_severed && Receiver is not null)
        {
            _network.Send(message);
        }
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        Detach();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Cuts this end off for good: nothing that the node sends goes out, and nothing reaches it. What a crash looks like from
    /// outside.
    /// </summary>
    public void Sever()
    {
        _severed = true;
        Detach();
    }

    private void Detach()
    {
        if (Receiver is { } receiver)
        {
            _network.Detach(receiver.NodeId, this);
            Receiver = null;
        }
    }
}
