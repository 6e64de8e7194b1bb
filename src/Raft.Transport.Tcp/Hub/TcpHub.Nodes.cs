namespace Raft.Transport.Tcp;

/// <content>The nodes of this process and of others: who may speak for which.</content>
internal sealed partial class TcpHub
{
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

        NodeRefusal? refusal = null;
        Connection[] evicted = [];
        RemoteNode node;
        lock (_lock)
        {
            node = Remote(key);
            if (_localNodes.ContainsKey(key))
            {
                refusal = new NodeRefusal(
                    key, RefusalCode.Duplicate, $"a node {key} runs in the process that was connected to: give each node an id of its own");
            }
            else if (node.Connections.Count > 0 && node.Process != connection.Remote.Process)
            {
                if (announcement.Store is { } claimed && node.Store is { } current && claimed.Id == current.Id
                    && claimed.Opening > current.Opening)
                {
                    evicted = [.. node.Connections];
                    node.RemoveAll();
                }
                else
                {
                    refusal = new NodeRefusal(
                        key,
                        RefusalCode.Duplicate,
                        $"another process has node {key} and is connected from {node.Connections[0].Name}: stop one of the two");
                }
            }

            if (refusal is null && !connection.IsClosed)
            {
                node.Add(connection, announcement.Store);
                _unproven.Remove(connection);
                if (!connection.Nodes.Contains(node))
                {
                    connection.Nodes.Add(node);
                }
            }
            else
            {
                Forget(node);
            }
        }

        foreach (Connection other in evicted)
        {
            // Not within this call: the other connection may wait for this one in the same way.
            NodeRefusal replaced = new(key, RefusalCode.Duplicate, $"its store was opened again by the process at {connection.Name}");
            Schedule(() => other.Refuse(Refuse(other, replaced)));
        }

        if (refusal is not null)
        {
            return Refuse(connection, refusal);
        }

        if (connection.Role == ConnectionRole.Acceptor)
        {
            node.Peer?.OnPeerDialled();
        }

        return null;
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
        if (to.FindAccepted(LaneKind.Main) is { } accepted)
        {
            return accepted.FindRefusal(from) is { } refusal ? $"refused: {refusal.Reason}" : null;
        }

        if (to.Peer is not { } peer)
        {
            return null;
        }

        if (peer.Main.Connection is not { } connection)
        {
            return peer.Main.Problem?.Text;
        }

        return connection.FindRefusal(from) is { } refused
            ? $"refused: {refused.Reason}"
            : to.IsOn(connection) || connection.Age <= AnnouncementGrace
            ? null
            : ProblemOfMissing(connection, to.Key).Text;
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
                    $"refused: it belongs to cluster '{SafeText.Of(other.ClusterId, NodeRefusal.MaximumReason)}', not to '{key.ClusterId}': correct the cluster id or the address");
            }
        }

        return there.Length == 0
            ? new PeerProblem(PeerProblemKind.OtherNode, $"the process at {connection.Name} has no nodes yet: start the node there")
            : new PeerProblem(
                PeerProblemKind.OtherNode,
                $"{SafeText.Of(string.Join(", ", there.Take(5)), NodeRefusal.MaximumReason)} answers at {connection.Name}, and node {key.NodeId} does not: correct the address");
    }

    private NodeRefusal Refuse(Connection connection, NodeRefusal refusal)
    {
        Counters.Refused(new PeerProblem(Handshake.ProblemOf(refusal.Code), refusal.Reason).Tag);
        Reports.NodeRefused(connection, refusal, byThis: true);
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
        Peer[] peers;
        lock (_lock)
        {
            if (_nodes.Count > 0)
            {
                return; // another node has started meanwhile
            }

            peers = [.. _peers];
        }

        foreach (Peer peer in peers)
        {
            peer.Stop();
        }
    }
}
