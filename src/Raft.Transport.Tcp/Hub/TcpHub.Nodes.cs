namespace Raft.Transport.Tcp;

/// <content>The nodes of this process and of others: who may speak for which.</content>
internal sealed partial class TcpHub
{
    /// <summary>An address that is not used for so long is forgotten.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    /// <summary>Starts a node: listens at its address, and announces it.</summary>
    /// <exception cref="TcpTransportException">It cannot be listened at the address.</exception>
    /// <exception cref="InvalidOperationException">The node is started already.</exception>
    public async ValueTask StartAsync(LocalNode node, TcpAddress address, CancellationToken cancellationToken)
    {
        ListenerEntry? created = null;
        ListenerEntry entry;
        lock (_lock)
        {
            if (!_localNodes.TryAdd(node.Key, node))
            {
                throw new InvalidOperationException(
                    $"Node {node.Key} runs in this process already. Give each node an id of its own, and a transport of its own.");
            }

            entry = _listeners.Find(other => other.Requested == address)!;
            if (entry is null)
            {
                _listeners.Add(entry = created = new ListenerEntry(address));
            }

            entry.Users++;
        }

        try
        {
            if (created is not null)
            {
                _ = ListenAsync(created);
            }

            // The listener is that of all nodes at the address: none of them cancels more than its own wait.
            await entry.Listening.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                _localNodes.TryRemove(node.Key, out _);
                Release(entry);
            }

            throw;
        }

        byte[] announcement = node.Announcement.Payload!;
        lock (_lock)
        {
            if (_nodes.Count == 0)
            {
                foreach (Peer peer in _peers)
                {
                    peer.Main.Start();
                    peer.Bulk.Start();
                }
            }

            _nodes.Add(node);
            foreach (Connection connection in _connections)
            {
                connection.Queue.Announce(node, announcement);
            }

            SetTick();
        }
    }

    /// <summary>The address at which a node listens, with the port that was chosen for port 0; null if it does not.</summary>
    public TcpAddress? ListenAddressOf(TcpAddress requested)
    {
        lock (_lock)
        {
            return _listeners.Find(other => other.Requested == requested)?.Listener?.Address;
        }
    }

    /// <summary>Stops a node: sends what waits, withdraws it, and closes everything after the last one.</summary>
    public async ValueTask StopAsync(LocalNode node, TcpAddress address)
    {
        Task drained = node.CloseAsync();
        byte[] withdrawal = NodeName.Encode(node.Key);
        Connection[] connections;
        PendingHandshake[] handshakes = [];
        Task idle = Task.CompletedTask;
        bool isLast;
        lock (_lock)
        {
            if (!_nodes.Remove(node))
            {
                return;
            }

            _localNodes.TryRemove(node.Key, out _);
            if (_listeners.Find(other => other.Requested == address) is { } entry)
            {
                Release(entry);
            }

            isLast = _nodes.Count == 0;
            connections = [.. _connections];
            if (isLast)
            {
                handshakes = [.. _handshakes];
                if (connections.Length > 0)
                {
                    _idle ??= new TaskCompletionSource();
                    _idleBy = Clock.Now + Limits.Delay;
                    idle = _idle.Task;
                    SetTick();
                }
            }
        }

        foreach (Connection connection in connections)
        {
            connection.Queue.Withdraw(node, withdrawal);
            if (isLast)
            {
                connection.Finish(RefusalCode.Stopping, "its process stops");
            }
        }

        foreach (PendingHandshake handshake in handshakes)
        {
            handshake.Abort();
        }

        if (isLast)
        {
            await idle.ConfigureAwait(false);
            StopPeers();
        }

        await drained.ConfigureAwait(false);
    }

    /// <summary>Another process has announced a node.</summary>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    public NodeRefusal? OnAnnounced(Connection connection, NodeAnnouncement announcement)
    {
        NodeKey key = announcement.Node;
        if (Security.FindProblem(connection.Certificate, key) is { } problem)
        {
            return Refuse(connection, new NodeRefusal(key, RefusalCode.NotAuthorized, problem));
        }

        NodeRefusal? refusal;
        Connection[] former = [];
        Connection[] empty = []; // of those, the ones that speak for no node any more
        bool isOfAnother;
        Peer? peer;
        lock (_lock)
        {
            RemoteNode node = Remote(key);
            isOfAnother = node.Connections.Count > 0 && node.Process != connection.Remote.Process;
            refusal = FindClaim(node, connection, announcement);
            if (refusal is null)
            {
                former = [.. node.Connections.Where(other => isOfAnother || IsFollowedBy(other, connection))];
                foreach (Connection other in former)
                {
                    node.Remove(other);
                    other.Nodes.Remove(node);
                }

                empty = [.. former.Where(static other => other.Nodes.Count == 0)];
                Bind(node, connection, announcement.Store);
                _unproven.Remove(connection);
            }

            Forget(node);
            peer = node.Peer;
        }

        if (refusal is not null)
        {
            return Refuse(connection, refusal);
        }

        if (isOfAnother)
        {
            Evict(former, empty, new NodeRefusal(
                key, RefusalCode.Duplicate, $"its store was opened again by the process at {connection.Name}"));
        }
        else
        {
            Replace(former, empty, new NodeRefusal(key, RefusalCode.Replaced, "its process has connected again"));
        }

        if (connection.Role == ConnectionRole.Acceptor)
        {
            peer?.OnPeerDialled();
        }

        return null;
    }

    /// <summary>Why a connection that may speak for a node does not. Under the lock.</summary>
    private NodeRefusal? FindClaim(RemoteNode node, Connection connection, NodeAnnouncement announcement)
    {
        NodeKey key = node.Key;
        if (_localNodes.ContainsKey(key))
        {
            return new NodeRefusal(
                key, RefusalCode.Duplicate, $"a node {key} runs in the process that was connected to: give each node an id of its own");
        }

        if (node.Connections.Count > 0 && node.Process != connection.Remote.Process)
        {
            return announcement.Store is { } claimed && node.Store is { } current && claimed.Id == current.Id
                && claimed.Opening > current.Opening
                ? null
                : new NodeRefusal(
                    key,
                    RefusalCode.Duplicate,
                    $"another process has node {key} and is connected from {node.Connections[0].Name}: stop one of the two");
        }

        return node.Connections.Any(other => IsFollowedBy(connection, other))
            ? new NodeRefusal(key, RefusalCode.Replaced, "a later connection of its process has it")
            : null;
    }

    /// <summary>
    /// Whether another process has opened one connection after the other, for the same messages and at the same address. Handshakes say so,
    /// and nobody vouches for them: it counts only between connections that may speak, and have spoken, for one node, and only for it.
    /// </summary>
    private static bool IsFollowedBy(Connection one, Connection other) => one != other
        && one.Role == ConnectionRole.Acceptor
        && other.Role == ConnectionRole.Acceptor
        && one.Remote.Process == other.Remote.Process
        && one.Lane == other.Lane
        && one.Remote.DialledAddress == other.Remote.DialledAddress
        && one.Remote.DialNumber <= other.Remote.DialNumber;

    /// <summary>A connection speaks for a node from now on. Under the lock.</summary>
    private static void Bind(RemoteNode node, Connection connection, StoreIdentity? store)
    {
        if (connection.IsClosed)
        {
            return;
        }

        node.Add(connection, store);
        if (!connection.Nodes.Contains(node))
        {
            connection.Nodes.Add(node);
        }
    }

    /// <summary>Another process has the node now.</summary>
    private void Evict(Connection[] former, Connection[] empty, NodeRefusal refusal)
    {
        foreach (Connection other in former)
        {
            // The lane dials again, and meanwhile uses what the process has opened.
            bool isClosed = other.Role == ConnectionRole.Dialler && empty.Contains(other);

            // Not within this call: the other connection may wait for this one in the same way.
            Schedule(() =>
            {
                other.Refuse(Refuse(other, refusal));
                if (isClosed)
                {
                    other.Close(new PeerProblem(PeerProblemKind.Replaced, refusal.Reason));
                }
            });
        }
    }

    /// <summary>
    /// The process of the node has connected again. Nothing from the node is read on its earlier connections after this returns, which is
    /// before anything from it is read on the new one. Only later connections wait for earlier ones, so none wait in a circle.
    /// </summary>
    private static void Replace(Connection[] former, Connection[] empty, NodeRefusal refusal)
    {
        foreach (Connection other in former)
        {
            if (empty.Contains(other))
            {
                other.Replace();
            }
            else
            {
                other.Refuse(refusal);
            }
        }
    }

    /// <summary>Another process has withdrawn a node.</summary>
    public void OnWithdrawn(Connection connection, NodeKey key)
    {
        lock (_lock)
        {
            if (_remoteNodes.TryGetValue(key, out RemoteNode? node))
            {
                node.Remove(connection);
                connection.Nodes.Remove(node);
                Forget(node);
            }
        }
    }

    /// <summary>Whether this process has the node.</summary>
    public bool HasNode(NodeKey key) => _localNodes.ContainsKey(key);

    /// <summary>Another process refuses a node of this one.</summary>
    public void OnNodeRefused(Connection connection, NodeRefusal refusal) => Reports.NodeRefused(connection, refusal, byThis: false);

    /// <summary>Another process has messages for a node that is not here.</summary>
    public void OnMissingHere(Connection connection, NodeKey key)
    {
        string here;
        lock (_lock)
        {
            here = string.Join(", ", _nodes.Select(static node => node.Key));
        }

        Reports.MissingHere(connection, key, here);
    }

    /// <summary>Messages wait for a node that the process at its address does not have.</summary>
    public void OnMissingThere(Connection connection, RemoteNode node) =>
        Reports.Problem(connection.Name, ProblemOfMissing(connection, node.Key));

    /// <summary>Describes why messages to a node do not arrive; null if nothing is known to be wrong.</summary>
    public string? DescribeProblem(LocalNode from, RemoteNode to)
    {
        Lane? lane = to.Peer?.Main;
        Connection? path = lane is null ? to.FindOpen(LaneKind.Main) : lane.FindPath(to);
        return path is not null
            ? path.FindRefusal(from) is { } refusal ? $"refused: {refusal.Reason}" : null
            : lane?.Connection is { } other
            ? ProblemOfMissing(other, to.Key).Text
            : lane?.Problem?.Text;
    }

    /// <summary>Another process has messages of a kind for this one, and cannot dial it.</summary>
    public void OnLaneRequested(Connection connection, LaneKind lane)
    {
        if (lane != LaneKind.Bulk)
        {
            return; // it has this connection for others
        }

        Peer? peer;
        lock (_lock)
        {
            peer = _peers.Find(other => other.Main.Connection == connection);
        }

        peer?.Bulk.Open();
    }

    /// <summary>Forgets addresses that are not used any more: of members that were removed, or have moved. Under the lock.</summary>
    private void SweepPeers(TimeSpan now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + SweepInterval;
        foreach (Peer peer in _peers.FindAll(static peer => peer.IsUnused()))
        {
            peer.IsForgotten = true;
            peer.Stop(); // nothing waits there
            _peers.Remove(peer);
            foreach (RemoteNode node in _remoteNodes.Values.Where(node => node.Peer == peer))
            {
                node.Peer = null;
                Forget(node);
            }
        }
    }

    /// <summary>Forgets a node of another process that nothing refers to. Under the lock.</summary>
    private void Forget(RemoteNode node)
    {
        if (node.Connections.Count == 0 && node.Peer is null)
        {
            _remoteNodes.TryRemove(node.Key, out _);
            node.IsForgotten = true;
        }
    }

    private PeerProblem ProblemOfMissing(Connection connection, NodeKey key)
    {
        if (connection.Refusal is { } refusal && refusal.Node == key)
        {
            return new PeerProblem(Handshake.ProblemOf(refusal.Code), $"this process refuses it: {refusal.Reason}");
        }

        NodeKey[] there;
        lock (_lock)
        {
            there = [.. connection.Nodes.Select(static node => node.Key)];
        }

        foreach (NodeKey other in there)
        {
            if (other.NodeId == key.NodeId)
            {
                return new PeerProblem(
                    PeerProblemKind.OtherCluster,
                    $"refused: it belongs to cluster '{SafeText.Of(other.ClusterId, NodeRefusal.MaximumReason)}', not to "
                        + $"'{key.ClusterId}': correct the cluster id or the address");
            }
        }

        return there.Length == 0
            ? new PeerProblem(PeerProblemKind.OtherNode, $"the process at {connection.Name} has no nodes yet: start the node there")
            : new PeerProblem(
                PeerProblemKind.OtherNode,
                $"{SafeText.Of(string.Join(", ", there.Take(5)), NodeRefusal.MaximumReason)} answers at {connection.Name}, and node "
                    + $"{key.NodeId} does not: correct the address");
    }

    private NodeRefusal Refuse(Connection connection, NodeRefusal refusal)
    {
        PeerProblem problem = new(Handshake.ProblemOf(refusal.Code), refusal.Reason);
        Counters.Refused(problem.Tag);
        if (!problem.IsOrdinary)
        {
            Reports.NodeRefused(connection, refusal, byThis: true);
        }

        return refusal;
    }

    private async Task ListenAsync(ListenerEntry entry)
    {
        try
        {
            IConnectionListener listener = await _environment.Network.ListenAsync(entry.Requested, CancellationToken.None)
                .ConfigureAwait(false);
            lock (_lock)
            {
                entry.Listener = listener;
                if (entry.IsClosed)
                {
                    listener.Dispose(); // nobody waits for it any more
                }
            }

            Reports.Listening(listener.Address, Security.IsSecure);
            Schedule(() => _ = AcceptAsync(entry));
            entry.Listening.SetResult(listener);
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                _listeners.Remove(entry); // a node that starts later tries again
            }

            entry.Listening.SetException(exception);
            _ = entry.Listening.Task.Exception; // observed: those that have waited may have given up
        }
    }

    /// <summary>A node does not use a listener any more. Under the lock.</summary>
    private void Release(ListenerEntry entry)
    {
        if (--entry.Users == 0)
        {
            entry.IsClosed = true;
            _listeners.Remove(entry);
            entry.Listener?.Dispose();
            entry.Retry?.Dispose();
        }
    }

    private void StopPeers()
    {
        int dropped = 0;
        lock (_lock)
        {
            if (_nodes.Count > 0)
            {
                return; // another node has started meanwhile
            }

            foreach (Peer peer in _peers)
            {
                dropped += peer.Stop(); // under the lock: a node that starts now finds the lanes either running or stopped for good
            }
        }

        if (dropped > 0)
        {
            Counters.Dropped(DropReason.Stopped, dropped);
        }
    }
}
