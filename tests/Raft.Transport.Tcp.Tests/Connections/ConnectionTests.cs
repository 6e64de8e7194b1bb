using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>A connection and the queue of its lane.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public void Connection_ThatWasClosedBeforeItSends_DoesNotTakeTheQueueFromTheNextOne()
    {
        SimulatedProcesses processes = new();
        TestReceiver n1 = new("n1", ["n1=localhost:1"]);
        TcpNetwork network = processes.CreateProcess();
        processes.Start(network, n1);
        IConnectionStream stream = processes.World.Run(
            processes.Streams.DialAsync(new TcpAddress("localhost", 1), CancellationToken.None));
        OutgoingQueue queue = new(new QueueLimits(10, 1_000, TimeSpan.FromSeconds(1)), new SimulatedClock(), new NoCounters());
        Connection closed = new(
            network.Hub, new SecuredStream(stream), ConnectionRole.Dialler, RawPeer.Hello(), 1, queue, new TcpAddress("localhost", 1));
        closed.Close(new PeerProblem(PeerProblemKind.Lost, "by the test"));
        int wakes = 0;
        queue.Attach(() => wakes++, []);

        closed.StartSending([]);
        queue.TryAdd(new LocalNode(n1, n1.Origin), Messages.Heartbeat(n1, "n2", 1), 100);

        Assert.Equal(1, wakes);
    }
}
