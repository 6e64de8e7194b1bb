using Raft.Testing;
using Raft.Transport.Tcp;

namespace Raft.SimulationRuns;

/// <summary>
/// Runs a <see cref="TcpTransport"/> for each node, the same code as in production, over simulated connections. Each node is a process of
/// its own, at an address that is its id.
/// </summary>
internal sealed class SimulatedTcp : SimulatedTransports
{
    private const int Port = 7000;
    private const double PowerLossRate = 0.3;
    private const double ResetRateOfCut = 0.3; // of the connections over a link that is cut

    private readonly SortedDictionary<NodeId, SimulatedTcpProcess> _processes = [];
    private readonly SortedSet<NodeId> _gone = []; // machines without power
    private readonly SortedSet<(NodeId, NodeId)> _cut = []; // as it was when links last changed
    private readonly TcpTransportOptions _options;

    public SimulatedTcp(SimulatedWorld world)
    {
        World = world;
        Weather = new StreamWeather(world, world.Random.Fork());
        SeededRandom random = Weather.Random;
        _options = new TcpTransportOptions
        {
            AllowPlaintext = true,
            KeepAliveInterval = TimeSpan.FromMilliseconds(Pick(100, 500, 2_000)),
            HandshakeTimeout = TimeSpan.FromMilliseconds(Pick(300, 1_000, 5_000)),
            MaximumDialPause = TimeSpan.FromMilliseconds(Pick(50, 500, 2_000)),
            MaximumQueueDelay = TimeSpan.FromMilliseconds(Pick(10, 75, 75, 500)),
            MaximumQueuedMessages = Pick(16, 100, 16_384),
            MaximumQueuedBytes = Pick(64 << 10, 64 << 20),
            MaximumHandshakes = Pick(2, 64),
        };

        int Pick(params ReadOnlySpan<int> choices) => choices[random.Next(choices.Length)];
    }

    public SimulatedWorld World { get; }

    public StreamWeather Weather { get; }

    /// <inheritdoc/>
    public override bool IsCarrying => _processes.Values.Any(static process =>
        process.Network!.Hub.HasWaitingMessages || process.Streams.Any(static stream => stream.IsReceiving));

    /// <inheritdoc/>
    public override string? AddressOf(NodeId node) => $"{node}:{Port}";

    /// <inheritdoc/>
    public override ITransport Create(NodeId node, IClock clock, IScheduler scheduler)
    {
        if (_processes.Remove(node, out SimulatedTcpProcess? former))
        {
            former.End(isMachine: false); // it has stopped or failed, and now its process ends
        }

        _gone.Remove(node);
        SimulatedTcpProcess process = new(this, node, scheduler);
        byte[] id = new byte[16];
        BitConverter.TryWriteBytes(id, Weather.Random.NextUInt64());
        BitConverter.TryWriteBytes(id.AsSpan(8), Weather.Random.NextUInt64());
        process.Network = new TcpNetwork(_options, logger: null, meterFactory: null, new TcpEnvironment
        {
            Network = process,
            Clock = clock,
            Scheduler = scheduler,
            Process = new Guid(id),
            Seed = Weather.Random.Next(int.MaxValue),
        });
        _processes.Add(node, process);
        return new OrderedTransport(process.Network.CreateTransport(), () => process.Detour, Break);
    }

    /// <inheritdoc/>
    public override void Sever(NodeId node)
    {
        if (_processes.Remove(node, out SimulatedTcpProcess? process))
        {
            bool isMachine = Weather.Random.Chance(PowerLossRate);
            if (isMachine)
            {
                _gone.Add(node);
            }

            process.End(isMachine);
        }
    }

    /// <inheritdoc/>
    public override void OnLinksChanged()
    {
        foreach (SimulatedTcpProcess process in _processes.Values)
        {
            foreach (SimulatedStream stream in process.Streams.ToArray())
            {
                NodeId other = new(stream.RemoteAddress);
                if (Weather.IsCut(process.Node, other) && !_cut.Contains((process.Node, other)) && Weather.Random.Chance(ResetRateOfCut))
                {
                    stream.Reset();
                }
            }
        }

        _cut.Clear();
        foreach (NodeId one in _processes.Keys)
        {
            foreach (NodeId other in _processes.Keys)
            {
                if (Weather.IsCut(one, other))
                {
                    _cut.Add((one, other));
                }
            }
        }

        Retry();
    }

    /// <inheritdoc/>
    public override void OnHealed() => Weather.End();

    /// <summary>The life of a node that runs; null if it does not.</summary>
    public SimulatedTcpProcess? Find(NodeId node) => _processes.GetValueOrDefault(node);

    /// <summary>Whether the machine of a node has lost power, and the node was not started again.</summary>
    public bool IsGone(NodeId node) => _gone.Contains(node);

    /// <summary>Connects two processes.</summary>
    public (SimulatedStream Dialler, SimulatedStream Acceptor) Connect(SimulatedTcpProcess from, SimulatedTcpProcess to)
    {
        World.Trace.Add(World.Clock.Now, "connect", from.Node);
        SimulatedPipe there = new(World, Weather, from.Node, to.Node);
        SimulatedPipe back = new(World, Weather, to.Node, from.Node);
        SimulatedStream dialler = new(World, Weather, from, to.Node, hasDialled: true, back, there);
        SimulatedStream acceptor = new(World, Weather, to, from.Node, hasDialled: false, there, back);
        (dialler.Other, acceptor.Other) = (acceptor, dialler);
        from.Add(dialler);
        to.Add(acceptor);
        return (dialler, acceptor);
    }

    /// <summary>A process listens: those that hung in the attempt to connect may succeed.</summary>
    public void OnListening() => Retry();

    /// <summary>Ends the run with a rule that was broken.</summary>
    public void Break(string what) => Report(what);

    private void Retry()
    {
        foreach (SimulatedTcpProcess process in _processes.Values.ToArray())
        {
            process.OnLinksChanged();
        }
    }
}
