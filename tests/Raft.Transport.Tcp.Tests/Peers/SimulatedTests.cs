using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>The same transport over streams in memory, in one thread and virtual time: framing, queueing, connections.</summary>
public sealed class SimulatedTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Messages_OverStreamsThatSplitAndBreak_ArriveInOrderAndWhole(ulong seed)
    {
        SimulatedWorld world = new(seed);
        SimulatedStreams streams = new(world);
        TestReceiver n1 = new("n1", Members);
        TestReceiver n2 = new("n2", Members);
        TcpTransport from = Start(world, streams, n1, process: 1);
        Start(world, streams, n2, process: 2);
        SortedDictionary<long, string> sent = [];
        for (int i = 1; i <= 300; i++)
        {
            AppendEntriesMessage message = Messages.Append(n1, "n2", i, entries: i % 3, size: (i * 31) % 700);
            sent.Add(i, Describe(message));
            from.Send(Members[1], message);
            world.RunFor(TimeSpan.FromMilliseconds(world.Random.Next(5)));
            if (i % 60 == 0)
            {
                streams.CutAll();
                world.RunFor(TimeSpan.FromSeconds(3));
            }
        }

        world.RunFor(TimeSpan.FromSeconds(5));

        long[] numbers = [.. n2.Received.Select(static message => message.Correlation)];
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.InRange(numbers.Length, 200, 300);
        Assert.All(n2.Received, message => Assert.Equal(sent[message.Correlation], Describe((AppendEntriesMessage)message)));
        Assert.True(streams.Dials > 3);
    }

    [Fact]
    public void Run_WithTheSameSeed_IsTheSame()
    {
        Assert.Equal(Run(7), Run(7));

        static string Run(ulong seed)
        {
            SimulatedWorld world = new(seed);
            SimulatedStreams streams = new(world);
            TestReceiver n1 = new("n1", Members);
            TestReceiver n2 = new("n2", Members);
            TcpTransport from = Start(world, streams, n1, process: 1);
            Start(world, streams, n2, process: 2);
            for (int i = 0; i < 50; i++)
            {
                from.Send(Members[1], Messages.Append(n1, "n2", i, entries: 1, size: 100));
                from.Send(Members[1], Messages.Vote(n1, "n2", 1_000 + i));
                world.RunFor(TimeSpan.FromMilliseconds(1));
                if (i == 25)
                {
                    streams.CutAll();
                }
            }

            world.RunFor(TimeSpan.FromSeconds(5));
            return $"{world.Scheduler.Steps} {string.Join(' ', n2.Received.Select(static message => message.Correlation))}";
        }
    }

    [Fact]
    public void SilentPeer_IsNoticed_AndDialledAgain()
    {
        SimulatedWorld world = new(9);
        SimulatedStreams streams = new(world);
        TestReceiver n1 = new("n1", Members);
        TestReceiver n2 = new("n2", Members);
        TcpTransport from = Start(world, streams, n1, process: 1);
        TcpTransport to = Start(world, streams, n2, process: 2);
        from.Send(Members[1], Messages.Heartbeat(n1, "n2", 1));
        world.RunFor(TimeSpan.FromMinutes(2)); // keep-alives keep the connection
        Assert.Equal(1, streams.Dials);

        world.Run(to.StopAsync(CancellationToken.None));
        Start(world, streams, n2, process: 3);
        world.RunFor(TimeSpan.FromSeconds(1));
        from.Send(Members[1], Messages.Heartbeat(n1, "n2", 2));
        world.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal([1, 2], n2.Received.Select(static message => message.Correlation));
        Assert.Equal(2, streams.Dials);
    }

    [Fact]
    public void LargeMessage_OverASlowLink_Arrives()
    {
        SimulatedWorld world = new(11);
        SimulatedStreams streams = new(world) { BytesPerSecond = 40_000 };
        TestReceiver n1 = new("n1", Members);
        TestReceiver n2 = new("n2", Members);
        TcpTransport from = Start(world, streams, n1, process: 1);
        Start(world, streams, n2, process: 2);

        from.Send(Members[1], Messages.Append(n1, "n2", 1, entries: 1, size: 1_000_000)); // 25 s, four times the limit of silence
        world.RunFor(TimeSpan.FromSeconds(60));

        Assert.Equal(1, Assert.Single(n2.Received).Correlation);
        Assert.Equal(1, streams.Dials);
    }

    [Fact]
    public void HalfOpenConnections_InThousands_KeepNoProcessOut()
    {
        SimulatedWorld world = new(13);
        SimulatedStreams streams = new(world);
        TestReceiver n1 = new("n1", Members);
        TestReceiver n2 = new("n2", Members);
        TcpTransport from = Start(world, streams, n1, process: 1);
        Start(world, streams, n2, process: 2);
        TcpAddress target = new("localhost", 2);
        IConnectionStream[] halfOpen = new IConnectionStream[10_000];
        for (int i = 0; i < halfOpen.Length; i++)
        {
            halfOpen[i] = world.Run(streams.DialAsync(target, CancellationToken.None)); // never closed, and nothing is sent
            if (i == halfOpen.Length / 2)
            {
                from.Send(Members[1], Messages.Heartbeat(n1, "n2", 1)); // the good process dials while the others do
            }

            if (i % 10 == 0)
            {
                world.RunFor(TimeSpan.FromMilliseconds(1));
            }
        }

        from.Send(Members[1], Messages.Heartbeat(n1, "n2", 2));
        world.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal([1, 2], n2.Received.Select(static message => message.Correlation));
        int closed = halfOpen.Count(SimulatedStreams.IsClosed);
        Assert.Equal(halfOpen.Length - new TcpTransportOptions().MaximumHandshakes, closed);
    }

    private static TcpTransport Start(SimulatedWorld world, SimulatedStreams streams, TestReceiver receiver, byte process)
    {
        TcpNetwork network = new(options: null, logger: null, meterFactory: null, new TcpEnvironment
        {
            Network = streams,
            Clock = world.Clock,
            Scheduler = world.Scheduler,
            Process = new Guid([.. Enumerable.Repeat(process, 16)]),
        });
        TcpTransport transport = network.CreateTransport();
        world.Run(transport.StartAsync(receiver, CancellationToken.None));
        return transport;
    }

    private static string Describe(AppendEntriesMessage message) => string.Join(
        ' ', message.Entries.ToArray().Select(static entry => Convert.ToHexString(entry.Data.Span)));
}
