namespace Raft.Transport.Tcp;

/// <summary>The process at an address: a lane for messages, and one for parts of snapshots.</summary>
internal sealed class Peer
{
    private readonly Lane _main;
    private readonly Lane _bulk;
    private bool _isForgotten;

    public Peer(TcpHub hub, TcpAddress address)
    {
        Address = address;
        _main = new Lane(hub, this, LaneKind.Main);
        _bulk = new Lane(hub, this, LaneKind.Bulk);
    }

    public TcpAddress Address { get; }

    /// <summary>Whether another object describes the address from now on.</summary>
    public bool IsForgotten
    {
        get => Volatile.Read(ref _isForgotten);
        set => Volatile.Write(ref _isForgotten, value);
    }

    public Lane Main => _main;

    public Lane Bulk => _bulk;

    /// <summary>The process has connected to this one, so it can be reached now.</summary>
    public void OnPeerDialled()
    {
        _main.Retry();
        _bulk.Retry();
    }

    /// <summary>Whether nothing has used it since the last call.</summary>
    public bool IsUnused() => _main.IsUnused() & _bulk.IsUnused(); // both: each call begins a new interval

    /// <summary>Ends its lanes.</summary>
    /// <returns>How many messages were dropped.</returns>
    public int Stop() => _main.Stop() + _bulk.Stop();
}
