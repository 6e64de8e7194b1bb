using System.Net;
using System.Net.Sockets;
using CustomTransport;

namespace Raft.Testing.Tests.Contracts;

/// <summary>The transports of the library and of its samples keep the contract.</summary>
public sealed class OwnTransportTests
{
    private static readonly TransportContract InMemory = new(static () => new InProcess(new InMemoryNetwork()));
    private static readonly TransportContract Channel = new(static () => new InProcess(new ChannelNetwork()));
    private static readonly TransportContract Faulty = new(static () => new Wrapped(new InMemoryNetwork(), new FaultyNetwork(seed: 1)));
    private static readonly TransportContract Simulated = new(static () => new Simulation());
    private static readonly TransportContract Udp = new(static () => new Loopback());

    public static TheoryData<string> Clauses => [.. InMemory.Clauses];

    public static TheoryData<string> SimulatedClauses => [.. Simulated.Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task InMemoryTransport_KeepsTheContract(string clause) => InMemory.RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task ChannelTransport_KeepsTheContract(string clause) => Channel.RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task FaultyTransport_KeepsTheContract(string clause) => Faulty.RunAsync(clause);

    [Theory]
    [MemberData(nameof(SimulatedClauses))]
    public Task SimulatedTransport_KeepsTheContract(string clause) => Simulated.RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task UdpTransport_KeepsTheContract(string clause) => Udp.RunAsync(clause);

    private sealed class InProcess(InProcessNetwork network) : TransportSubject
    {
        public override ITransport CreateTransport(RaftMember self) => network.CreateTransport();
    }

    private sealed class Wrapped(InProcessNetwork network, FaultyNetwork faults) : TransportSubject
    {
        public override ITransport CreateTransport(RaftMember self) => faults.Wrap(network.CreateTransport());
    }

    private sealed class Simulation : TransportSubject
    {
        private readonly SimulatedWorld _world = new(seed: 4);

        public override bool CanSendFromAnyThread => false;

        public override ITransport CreateTransport(RaftMember self) => _world.Network.CreateTransport();

        public override Task WaitForAsync(Task call)
        {
            _world.RunUntil(() => call.IsCompleted);
            return call;
        }

        public override Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan limit)
        {
            _world.RunFor(limit);
            return Task.FromResult(condition());
        }
    }

    private sealed class Loopback : TransportSubject
    {
        public override int LargestMessage => 60_000;

        public override RaftMember CreateMember(NodeId id)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return new RaftMember(id, socket.LocalEndPoint!.ToString());
        }

        public override ITransport CreateTransport(RaftMember self) => new UdpTransport(self.Address!);
    }
}
