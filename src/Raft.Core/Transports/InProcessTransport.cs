namespace Raft;

/// <summary>The transport of one node on an <see cref="InProcessNetwork"/>. It finds members by their id; addresses are ignored.</summary>
/// <remarks><see cref="Send"/> may be called from any thread. Start and stop it one call at a time.</remarks>
public abstract class InProcessTransport : ITransport
{
    private readonly InProcessNetwork _network;
    private volatile InProcessEndpoint? _endpoint;
    private InProcessDelivery? _delivery;
    private bool _running;

    private protected InProcessTransport(InProcessNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
    }

    /// <inheritdoc/>
    public bool LeavesProcess => false;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is started already, or another node with the same id runs on the network.</exception>
    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        cancellationToken.ThrowIfCancellationRequested();
        if (_running)
        {
            throw new InvalidOperationException(
                $"This transport already serves node '{_endpoint?.Id}'. "
                + $"Create one for each node, with {nameof(InProcessNetwork.CreateTransport)}.");
        }

        InProcessEndpoint endpoint = _network.Join(receiver);
        _delivery = endpoint.Delivery;
        _endpoint = endpoint;
        _running = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Sends a message, or drops it and counts it in <see cref="InProcessNetwork.Statistics"/>. Never blocks and never throws.
    /// </summary>
    /// <param name="to">The destination, found by its id.</param>
    /// <param name="message">The message, passed by reference.</param>
    public void Send(RaftMember to, RaftMessage message) => _network.Send(_endpoint ?? _network.UnknownSender, to, message);

    /// <summary>Stops. Messages that wait, or that are sent to it later, are dropped and counted. It may be started again.</summary>
    /// <param name="cancellationToken">Gives up waiting, not stopping.</param>
    /// <returns>Completes when no more messages are received.</returns>
    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (_endpoint is not { } endpoint || _delivery is not { } delivery)
        {
            return ValueTask.CompletedTask;
        }

        if (!_running)
        {
            return Wait(delivery.CloseAsync(), cancellationToken);
        }

        _running = false;
        return Wait(_network.LeaveAsync(endpoint, delivery), cancellationToken);
    }

    private static ValueTask Wait(Task closed, CancellationToken cancellationToken)
        => closed.IsCompleted ? ValueTask.CompletedTask : new ValueTask(closed.WaitAsync(cancellationToken));
}
