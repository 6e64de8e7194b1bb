namespace Raft.Testing.Tests;

/// <summary>Transports of a user's in a cluster: what is observed, and what is required of them.</summary>
public sealed class OwnTransportsTests
{
    [Fact]
    public void Cluster_RunsOverThem_AndObservesTheirMessages()
    {
        SimulatedCluster cluster = new(seed: 1, transports: static world => new DirectTransports(world));

        cluster.Start();
        cluster.Elect("n2");
        cluster.Propose("one");
        cluster.Settle();

        Assert.True(cluster.Network.Sent > 0);
        Assert.True(cluster.Network.Delivered > 0);
        Assert.Equal(0, cluster.Network.InFlight);
    }

    [Fact]
    public void Rules_OfTheScript_Apply()
    {
        SimulatedCluster cluster = new(seed: 1, transports: static world => new DirectTransports(world));
        cluster.Start();
        cluster.Elect("n1");
        MessageRule rule = cluster.Network.Hold(static message => message is AppendEntriesMessage { To.Value: "n3" });
        cluster.Propose("one");
        Assert.Empty(cluster.LogOf("n3"));
        Assert.NotEmpty(rule.Held);

        rule.Dispose();
        cluster.Settle();

        Assert.Equal(["one"], cluster.LogOf("n3"));
    }

    [Fact]
    public void Message_AfterAStop_BreaksARule()
    {
        DirectTransports? transports = null;
        SimulatedCluster cluster = new(seed: 1, transports: world => transports = new DirectTransports(world) { IgnoresStop = true });
        cluster.Start();
        cluster.WaitForLeader();

        SimulationException exception = Assert.Throws<SimulationException>(() =>
        {
            cluster.Stop("n1");
            cluster.World.RunFor(TimeSpan.FromSeconds(2));
        });

        Assert.Equal("Nothing is received after a stop is broken", exception.Rule);
    }

    /// <summary>Every message reaches its node in the next step.</summary>
    private sealed class DirectTransports(SimulatedWorld world) : SimulatedTransports
    {
        private readonly SortedDictionary<NodeId, DirectTransport> _transports = [];

        public bool IgnoresStop { get; init; }

        public override bool IsCarrying => world.Scheduler.Waiting > 0;

        public override ITransport Create(NodeId node, IClock clock, IScheduler scheduler) =>
            _transports[node] = new DirectTransport(this, scheduler);

        public override void Sever(NodeId node) => _transports.Remove(node);

        private sealed class DirectTransport(DirectTransports all, IScheduler scheduler) : ITransport
        {
            private IMessageReceiver? _receiver;

            public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
            {
                _receiver = receiver;
                return ValueTask.CompletedTask;
            }

            public void Send(RaftMember to, RaftMessage message)
            {
                if (all._transports.TryGetValue(message.To, out DirectTransport? other))
                {
                    other.Deliver(message);
                }
            }

            public ValueTask StopAsync(CancellationToken cancellationToken)
            {
                _receiver = all.IgnoresStop ? _receiver : null;
                return ValueTask.CompletedTask;
            }

            private void Deliver(RaftMessage message) =>
                scheduler.Schedule(new WorkItem(() => _receiver?.Receive(message)), preferLocal: false);
        }
    }
}
