namespace Raft.Transport.Tcp;

/// <summary>A node of another process: the connections on which it was announced, and the peer at its address.</summary>
/// <remarks>Changed under the lock of the hub; read on any thread.</remarks>
internal sealed class RemoteNode(NodeKey key)
{
    private volatile Connection[] _connections = []; // in the order of the announcements
    private volatile Connection? _detour;
    private bool _isForgotten;

    public NodeKey Key => key;

    /// <summary>Whether another object describes the node from now on.</summary>
    public bool IsForgotten
    {
        get => Volatile.Read(ref _isForgotten);
        set => Volatile.Write(ref _isForgotten, value);
    }

    /// <summary>
    /// The process that has announced it. Meaningful while there are connections. The process says so itself, and each of these connections
    /// may speak for the node: it distinguishes the connections of one process from those of another, and gives no rights.
    /// </summary>
    public Guid Process { get; private set; }

    public StoreIdentity? Store { get; private set; }

    /// <summary>The peer at its address; null if no node of this process has sent to it.</summary>
    public Peer? Peer { get; set; }

    /// <summary>
    /// The connection that has carried messages of the main lane because the lane had none: the process of the node has opened it, or it
    /// leads to another address of the process. It is used as long as it exists, so that they stay in order. Null if there is none.
    /// </summary>
    public Connection? Detour
    {
        get => _detour is { IsClosed: false } detour && IsOn(detour) ? detour : null;
        set => _detour = value;
    }

    public IReadOnlyList<Connection> Connections => _connections;

    public bool IsOn(Connection connection) => Array.IndexOf(_connections, connection) >= 0;

    /// <summary>
    /// The earliest open connection to the process of the node for messages of a kind, whichever side has opened it. Messages of another
    /// kind never use it: a heartbeat would wait for a part of a snapshot.
    /// </summary>
    public Connection? FindOpen(LaneKind lane)
    {
        foreach (Connection connection in _connections)
        {
            if (!connection.IsClosed && connection.Lane == lane)
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>An open connection for a reply. It goes where its request came from, which may be on any.</summary>
    public Connection? FindForReply(LaneKind lane)
    {
        Connection? best = null;
        int rank = 0;
        foreach (Connection connection in _connections)
        {
            int rankOfThis = connection.IsClosed ? 0
                : 1 + (connection.Role == ConnectionRole.Acceptor ? 1 : 0) + (connection.Lane == lane ? 2 : 0);
            if (rankOfThis > rank)
            {
                (best, rank) = (connection, rankOfThis);
            }
        }

        return best;
    }

    public void Add(Connection connection, StoreIdentity? store)
    {
        Process = connection.Remote.Process;
        Store = store;
        if (!IsOn(connection))
        {
            _connections = [.. _connections, connection];
        }
    }

    public void Remove(Connection connection)
    {
        _connections = [.. _connections.Where(other => other != connection)];
        if (_detour == connection)
        {
            _detour = null; // if it announces the node again, other messages may have gone elsewhere meanwhile
        }
    }
}
