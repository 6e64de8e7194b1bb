using System.Net;
using System.Net.Sockets;

namespace Raft.Testing.Tests.Contracts;

/// <summary>A transport that works, as far as its author has seen: the contract says what will go wrong.</summary>
public sealed class NaiveTransportTests
{
    private static readonly string[] Broken = ["QueuesAreBounded", "StopWaitsForReceive"];

    public static TheoryData<string> OtherClauses =>
        [.. Contract.Clauses.Except(Broken, StringComparer.Ordinal)];

    private static TransportContract Contract => new(static () => new Loopback { Limit = TimeSpan.FromSeconds(10) });

    [Theory]
    [MemberData(nameof(OtherClauses))]
    public Task NaiveTransport_InTheOtherClauses_IsNotNoticed(string clause) => Contract.RunAsync(clause);

    [Fact]
    public async Task NaiveTransport_WithAQueueToADeadNode_IsRefused()
    {
        ContractBrokenException broken =
            await Assert.ThrowsAsync<ContractBrokenException>(static () => Contract.RunAsync("QueuesAreBounded"));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Contains("calls of Send to n3, which was never started, 65536 of the messages", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NaiveTransport_WithAReceiveLoopThatOutlivesItsStop_IsRefused()
    {
        ContractBrokenException broken =
            await Assert.ThrowsAsync<ContractBrokenException>(static () => Contract.RunAsync("StopWaitsForReceive"));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Contains("StopAsync of n2 ended", broken.Message, StringComparison.Ordinal);
    }

    private sealed class Loopback : TransportSubject
    {
        private readonly Dictionary<NodeId, Socket> _reserved = []; // so that no other process takes the port before the start
        private readonly List<Socket> _kept = []; // while a transport is stopped, a connection could have its port at the other end

        public override RaftMember CreateMember(NodeId id)
        {
            Socket socket = NaiveTcpTransport.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _reserved.Add(id, socket);
            _kept.Add(NaiveTcpTransport.Bind((IPEndPoint)socket.LocalEndPoint!));
            return new RaftMember(id, socket.LocalEndPoint!.ToString());
        }

        public override ITransport CreateTransport(RaftMember self) => new NaiveTcpTransport(self.Address!, _reserved[self.NodeId]);

        public override ValueTask DisposeAsync()
        {
            foreach (Socket socket in _reserved.Values.Concat(_kept))
            {
                socket.Dispose();
            }

            return base.DisposeAsync();
        }
    }
}
