namespace Raft.Transport.Tcp;

/// <summary>The process at an address: a lane for messages, and one for parts of snapshots.</summary>
internal sealed class Peer
{
    private readonly Lane _main;
    private readonly Lane _bulk;

    public Peer(TcpHub hub, TcpAddress address)
    {
        Address = address;
        _main = new Lane(hub, this, LaneKind.Main);
        _bulk = new Lane(hub, this, LaneKind.Bulk);
    }

    public TcpAddress Address { get; }

    public Lane Main => _main;

    public Lane Bulk => _bulk;

    /// <summary>The process has connected to this one, so it can be reached now.</summary>
    public void OnPeerDialled()
    {
        _main.Retry();
        _bulk.Retry();
    }

    public void Stop()
    {
        _main.Stop();
        _bulk.Stop();
    }
}
