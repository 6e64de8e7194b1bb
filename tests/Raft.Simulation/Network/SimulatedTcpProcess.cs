using Raft.Transport.Tcp;

namespace Raft.SimulationRuns;

/// <summary>One life of a node as the network sees it: its listener, its connections and its attempts to connect.</summary>
internal sealed class SimulatedTcpProcess(SimulatedTcp tcp, NodeId node, IScheduler scheduler) : INetwork
{
    private readonly List<SimulatedStream> _streams = [];
    private readonly List<SimulatedDial> _dials = [];

    public NodeId Node => node;

    public IScheduler Scheduler => scheduler;

    public SimulatedListener? Listener { get; private set; }

    /// <summary>The transport's side; set once it exists.</summary>
    public TcpNetwork? Network { get; set; }

    /// <summary>The connections that it has not closed.</summary>
    public IReadOnlyList<SimulatedStream> Streams => _streams;

    public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        SimulatedDial dial = new(tcp, this, new NodeId(address.Host));
        _dials.Add(dial);
        return dial.WaitAsync(cancellationToken);
    }

    public ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        if (Listener is { IsDisposed: false })
        {
            throw new TcpTransportException($"The transport cannot listen at {address}: it listens there already.");
        }

        Listener = new SimulatedListener(this, address);
        tcp.OnListening();
        return new ValueTask<IConnectionListener>(Listener);
    }

    /// <summary>The connection that was read last, if this process has opened it; otherwise null.</summary>
    public SimulatedStream? Detour { get; set; }

    public void Add(SimulatedStream stream) => _streams.Add(stream);

    public void Forget(SimulatedStream stream) => _streams.Remove(stream);

    public void Forget(SimulatedDial dial) => _dials.Remove(dial);

    /// <summary>Whether the machine of a node is gone, and answers nothing.</summary>
    public bool MayVanish(NodeId other) => tcp.IsGone(other);

    /// <summary>A stream takes one read and one write at a time.</summary>
    public void RequireOneCall(bool isAnother)
    {
        if (isAnother)
        {
            tcp.Break($"One call at a time is broken: {node} reads or writes a connection twice at once.");
        }
    }

    /// <summary>Links have changed.</summary>
    public void OnLinksChanged()
    {
        foreach (SimulatedStream stream in _streams.ToArray())
        {
            stream.Pump();
        }

        foreach (SimulatedDial dial in _dials.ToArray())
        {
            dial.TryConnect();
        }
    }

    /// <summary>The process ends.</summary>
    /// <param name="isMachine">Whether the machine ends too, so that nobody closes the connections.</param>
    public void End(bool isMachine)
    {
        foreach (SimulatedDial dial in _dials)
        {
            dial.Abandon();
        }

        _dials.Clear();
        foreach (SimulatedStream stream in _streams.ToArray())
        {
            if (isMachine)
            {
                stream.Vanish();
            }
            else
            {
                stream.Dispose();
            }
        }

        Listener?.Dispose();
    }
}
