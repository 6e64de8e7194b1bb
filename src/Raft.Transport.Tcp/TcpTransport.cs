using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Raft.Transport.Tcp;

namespace Raft;

/// <summary>
/// Connects a node to the others over TCP, encrypted and authenticated with TLS. It listens at the node's own address in
/// <see cref="RaftNodeOptions.Members"/>, and connects to the others at theirs, such as <c>n1=10.0.0.1:7001</c>. Names are resolved again
/// for each connection.
/// </summary>
/// <remarks>
/// <para>Without TLS, only loopback addresses may be used, unless <see cref="TcpTransportOptions.AllowPlaintext"/> is set.</para>
/// <para>The nodes of a process share listeners and connections if their transports come from one <see cref="TcpNetwork"/>.</para>
/// <para><see cref="Send"/> and <see cref="DescribeProblem"/> may be called on any thread. Start and stop it one call at a time.</para>
/// </remarks>
public sealed class TcpTransport : ITransport
{
    private const int MaximumRoutes = 4_096;

    private readonly TcpHub _hub;
    private readonly ConcurrentDictionary<NodeId, Route> _routes = new();
    private volatile LocalNode? _node;
    private TcpAddress? _address;
    private Task? _stopping;

    /// <summary>Creates the transport of the only node of a process.</summary>
    /// <param name="options">The options; copied. Null: their defaults.</param>
    /// <param name="loggerFactory">Creates its logger. Null: nothing is logged.</param>
    /// <exception cref="TcpTransportException">A certificate cannot be read.</exception>
    /// <exception cref="ArgumentException">The options contradict each other; the message says what to change.</exception>
    public TcpTransport(TcpTransportOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(new TcpNetwork(options, loggerFactory))
    {
    }

    internal TcpTransport(TcpNetwork network) => _hub = network.Hub;

    /// <summary>Always true.</summary>
    public bool LeavesProcess => true;

    /// <summary>Gets the address at which the node listens, with the port that was chosen for port 0; null while it does not run.</summary>
    public string? ListenAddress => _address is { } address ? _hub.ListenAddressOf(address)?.ToString() : null;

    /// <inheritdoc/>
    /// <exception cref="TcpTransportException">
    /// The node has no address, the address cannot be used, or plaintext is not allowed.
    /// </exception>
    /// <exception cref="ArgumentException">The <see cref="IMessageReceiver.Origin"/> of the receiver is null.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is started already, or a node with the same id and cluster runs on the network.
    /// </exception>
    public async ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        cancellationToken.ThrowIfCancellationRequested();
        if (_node is { } running)
        {
            throw new InvalidOperationException(
                $"This transport already serves node {running.Key}. Create one for each node, with {nameof(TcpNetwork)}."
                + $"{nameof(TcpNetwork.CreateTransport)}.");
        }

        MessageOrigin origin = receiver.Origin
            ?? throw new ArgumentException(
                $"The receiver has no {nameof(IMessageReceiver.Origin)}, so it cannot be announced to the others.", nameof(receiver));
        LocalNode node = new(receiver, origin, _hub.Schedule);
        TcpAddress address = StartRules.FindListenAddress(_hub.Options, receiver);
        if (!_hub.Security.IsSecure)
        {
            StartRules.RequireLoopback(_hub.Options, address, receiver, () => _hub.Reports.PlaintextAllowed(node.Key));
        }

        _routes.Clear(); // another node may have the transport now
        await _hub.StartAsync(node, address, cancellationToken).ConfigureAwait(false);
        _address = address;
        _node = node;
    }

    /// <summary>Sends a message, or drops it and counts it. Never blocks and never throws.</summary>
    /// <param name="to">The destination. A reply needs no address.</param>
    /// <param name="message">The message.</param>
    public void Send(RaftMember to, RaftMessage message)
    {
        if (_node is not { IsOpen: true } node)
        {
            _hub.Counters.Dropped(DropReason.Stopped, 1);
            return;
        }

        if (_hub.TryDeliverHere(message))
        {
            return;
        }

        int size;
        try
        {
            size = MessageCodec.GetByteCount(message);
        }
        // The message cannot be encoded, or is larger than any array. No node creates such a message.
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            _hub.Counters.Dropped(DropReason.Invalid, 1);
            return;
        }

        if (size > _hub.Options.MaximumFrameBytes)
        {
            DropTooLarge(to.Id, size);
            return;
        }

        if (FindRoute(to, message) is { } route)
        {
            Forward(node, route, message, size);
        }
        else
        {
            _hub.Counters.Dropped(DropReason.NoRoute, 1);
        }
    }

    /// <inheritdoc/>
    public string? DescribeProblem(NodeId member) => _node is { } node && _routes.TryGetValue(member, out Route? route)
        ? route.Problem ?? _hub.DescribeProblem(node, route.Node)
        : null;

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (_node is not { } node)
        {
            return;
        }

        // A stop whose wait was cancelled continues, and the next call waits for it.
        _stopping ??= _hub.StopAsync(node, _address!).AsTask();
        await _stopping.WaitAsync(cancellationToken).ConfigureAwait(false);
        _stopping = null;
        _address = null;
        _node = null;
    }

    private void Forward(LocalNode node, Route route, RaftMessage message, int size)
    {
        LaneKind lane = message is InstallSnapshotMessage or InstallSnapshotReplyMessage ? LaneKind.Bulk : LaneKind.Main;
        bool isReply = message
            is AppendEntriesReplyMessage or RequestVoteReplyMessage or InstallSnapshotReplyMessage or TimeoutNowReplyMessage
            or IdentityRefusalMessage or SetupReplyMessage or ReadIndexReplyMessage
            or StateDigestReplyMessage;

        // A reply goes where its request came from: the sender's address may not be known, or not be reached from here.
        if ((isReply ? route.Node.FindForReply(lane) : route.Peer is null ? route.Node.FindOpen(lane) : null) is { } open)
        {
            _hub.Send(open, node, message, size);
        }
        else if (route.Peer is { } peer)
        {
            (lane == LaneKind.Bulk ? peer.Bulk : peer.Main).Send(node, route.Node, message, size);
        }
        else
        {
            _hub.Counters.Dropped(DropReason.NoRoute, 1);
        }
    }

    /// <summary>In a method of its own, since the closure would be allocated for each message.</summary>
    private void DropTooLarge(string member, int size)
    {
        _hub.Counters.Dropped(DropReason.TooLarge, 1);
        _hub.Schedule(() => _hub.Reports.TooLarge(member, size, _hub.Options.MaximumFrameBytes));
    }

    /// <summary>Finds how to reach a member; null if it has no address, and no process is connected that has announced it.</summary>
    private Route? FindRoute(RaftMember to, RaftMessage message)
    {
        NodeId id = message.To;
        if (_routes.TryGetValue(id, out Route? known) && known.Address == to.Address && !known.Node.IsForgotten
            && known.Peer is not { IsForgotten: true })
        {
            return known;
        }

        NodeKey key = new(message.ClusterId, id);
        RemoteNode? node = string.IsNullOrEmpty(to.Address) ? _hub.FindRemote(key) : _hub.Remote(key);
        if (node is null)
        {
            return null; // it is not remembered: there may be very many such nodes
        }

        if (_routes.Count >= MaximumRoutes)
        {
            _routes.Clear(); // strangers have sent requests in the name of very many nodes
        }

        Route route = TcpAddress.TryParse(to.Address, out TcpAddress? address)
            ? new Route(to.Address, node, _hub.PeerAt(address, node), null)
            : new Route(to.Address, node, null, string.IsNullOrEmpty(to.Address) ? null : StartRules.DescribeInvalid(to.Address));
        _routes[id] = route;
        return route;
    }

    /// <summary>How to reach a member.</summary>
    /// <param name="Address">Its address, as it was given.</param>
    /// <param name="Node">The node.</param>
    /// <param name="Peer">The peer at its address; null if it has none.</param>
    /// <param name="Problem">What is wrong with the address; null if nothing is.</param>
    private sealed record Route(string? Address, RemoteNode Node, Peer? Peer, string? Problem);
}
