namespace Raft.Transport.Tcp;

/// <summary>A node of another process: the connections on which it was announced, and the peer at its address.</summary>
/// <remarks>Changed under the lock of the hub; read on any thread.</remarks>
internal sealed class RemoteNode(NodeKey key)
{
    private volatile Connection[] _connections = [];
    private volatile Connection? _detour;
    private bool _isForgotten;

    public NodeKey Key => key;

    /// <summary>Whether another object describes the node from now on.</summary>
    public bool IsForgotten
    {
        get => Volatile.Read(ref _isForgotten);
        set => Volatile.Write(ref _isForgotten, value);
    }

    /// <summary>The process that has announced it. Meaningful while there are connections.</summary>
    public Guid Process { get; private set; }

    public StoreIdentity? Store { get; private set; }

    /// <summary>The peer at its address; null if no node of this process has sent to it.</summary>
    public Peer? Peer { get; set; }

    /// <summary>
    /// The connection, opened by the process of the node, that has carried messages of the main lane because the lane had none. It is used
    /// as long as it exists, so that they stay in order. Null if there is none.
    /// </summary>
    public Connection? Detour
    {
        get => _detour is { IsClosed: false } detour && IsOn(detour) ? detour : null;
        set => _detour = value;
    }

    public IReadOnlyList<Connection> Connections => _connections;

    public bool IsOn(Connection connection) => Array.IndexOf(_connections, connection) >= 0;

    /// <summary>A connection that the process of the node has opened, preferably the one for these messages.</summary>
    public Connection? FindAccepted(LaneKind lane)
    {
        Connection? other = null;
        foreach (Connection connection in _connections)
        {
            if (connection.Role == ConnectionRole.Acceptor && !connection.IsClosed)
            {
                if (connection.Remote.Lane == lane)
                {
                    return connection;
                }

                other ??= connection;
            }
        }

        return other;
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

    public void Remove(Connection connection) => _connections = [.. _connections.Where(other => other != connection)];

    public void RemoveAll() => _connections = [];
}
