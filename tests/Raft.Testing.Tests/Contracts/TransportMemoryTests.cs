namespace Raft.Testing.Tests.Contracts;

/// <summary>The memory of a process includes what other tests take, so none runs at the same time as these.</summary>
[Collection(nameof(TransportMemoryTests))]
[CollectionDefinition(nameof(TransportMemoryTests), DisableParallelization = true)]
public sealed class TransportMemoryTests
{
    /// <summary>As another test may do that runs at the same time.</summary>
    [Fact]
    public Task QueuesAreBounded_SomethingElseTakesMemory_Holds() => FloodAsync(new NoisyNetwork());

    /// <summary>Memory that something else takes hides how much a queue has, but not that it grows.</summary>
    [Fact]
    public Task QueuesAreBounded_TwoFifthsAreKeptNextToOtherMemory_IsRefused() => Assert.ThrowsAsync<ContractBrokenException>(
        () => FloodAsync(new NoisyNetwork(keepsOfFive: 2) { Limit = TimeSpan.FromSeconds(2) }));

    /// <summary>What one test has taken must not be released while the other one measures.</summary>
    private static async Task FloodAsync(NoisyNetwork network)
    {
        try
        {
            await new TransportContract(() => network).QueuesAreBounded();
        }
        finally
        {
            network.Release();
        }
    }

    /// <summary>The first message to a dead node finds a process that takes much memory, and keeps it.</summary>
    private sealed class NoisyNetwork(int keepsOfFive = 0) : TransportSubject
    {
        private readonly List<byte[]> _kept = [];
        private readonly BrokenNetwork _network = new(TransportDefect.None);
        private byte[]? _taken;
        private int _sent;

        private int KeepsOfFive { get; } = keepsOfFive;

        public void Release()
        {
            _taken = null;
            _kept.Clear();
        }

        public override ITransport CreateTransport(RaftMember self) => new NoisyTransport(this, _network.CreateTransport(self));

        private sealed class NoisyTransport(NoisyNetwork network, ITransport inner) : ITransport
        {
            public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
                inner.StartAsync(receiver, cancellationToken);

            public void Send(RaftMember to, RaftMessage message)
            {
                network._taken ??= new byte[200 << 20];
                if (message is AppendEntriesMessage && ++network._sent % 5 < network.KeepsOfFive)
                {
                    network._kept.Add(new byte[4_096]);
                }

                inner.Send(to, message);
            }

            public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);
        }
    }
}
