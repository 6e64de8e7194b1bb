namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// A snapshot over a link that is slow: several chunks are in flight, it arrives, and heartbeats still arrive in time, so that nobody
/// starts an election.
/// </summary>
public sealed class SnapshotTransferTests
{
    private const int CommandBytes = 50_000;
    private const int Commands = 6;

    private static readonly RaftNodeOptions Options = new()
    {
        Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"],
        MinimumElectionTimeout = TimeSpan.FromSeconds(1),
        MaximumElectionTimeout = TimeSpan.FromSeconds(2),
        SnapshotChunkBytes = 16 << 10,
        TrailingEntries = 0,
        AllowVolatileStorage = true,
    };

    private readonly LoopbackNetwork _loopback = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_OverASlowLink_ArrivesWithoutAnElection()
    {
        TestProxy[] proxies = [.. Options.Members.Select(Throttle)];
        ChunkCount chunks = new();
        RaftNode[] nodes = [.. Options.Members.Select(member => New(member.NodeId, chunks))];
        using CancellationTokenSource stop = new();
        List<Task> running = [.. nodes[..2].Select(node => node.RunAsync(stop.Token))];
        NodeId leaderId = await nodes[0].WaitForLeaderAsync(Token);
        RaftNode leader = nodes.Single(node => node.Id == leaderId);
        for (int i = 0; i < Commands; i++)
        {
            await leader.ProposeAsync(new string((char)('a' + i), CommandBytes), Token);
        }

        await leader.SnapshotAsync(Token);
        await Wait.UntilAsync(() => leader.Status.FirstIndex > 1, "the leader has dropped the log");
        long term = leader.Status.Term;

        running.Add(nodes[2].RunAsync(stop.Token)); // a new member of the cluster's first hour, which needs the snapshot
        await Wait.UntilAsync(() => nodes[2].Status.AppliedIndex >= leader.Status.CommitIndex, "n3 has got the snapshot");

        Assert.True(nodes[2].Status.SnapshotIndex > 0, "n3 has not got its state by a snapshot.");
        Assert.True(chunks.Sent >= Commands * CommandBytes / Options.SnapshotChunkBytes, $"{chunks.Sent} chunks were sent.");
        Assert.True(chunks.MostInFlight > 2, $"At most {chunks.MostInFlight} chunks were in flight.");
        Assert.All(nodes, node => Assert.Equal(term, node.Status.Term));
        Assert.All(nodes, node => Assert.Equal(leaderId, node.Status.Leader));
        await stop.CancelAsync();
        await Wait.OrFailAsync(Task.WhenAll(running), "the nodes stop");
        Array.ForEach(proxies, static proxy => proxy.Dispose());
    }

    /// <summary>At most 200 KB pass in a second.</summary>
    private TestProxy Throttle(RaftMember member)
    {
        TestProxy proxy = new(() => _loopback.FindRealAddress(member.Address!)) { BytesPerSecond = 200_000 };
        _loopback.Divert(member.Address!, proxy.Address);
        return proxy;
    }

    private RaftNode New(NodeId id, ChunkCount chunks) => new(id, options: Options, ports: new RaftNodePorts
    {
        Transport = new Counting(new TestProcess(_loopback).Network.CreateTransport(), chunks),
        LogStore = new InMemoryLogStore(),
        SnapshotStore = new InMemorySnapshotStore(),
    });

    /// <summary>The chunks of all nodes.</summary>
    private sealed class ChunkCount
    {
        private readonly Lock _lock = new();
        private int _answered;

        public int Sent { get; private set; }

        public int MostInFlight { get; private set; }

        public void OnSent()
        {
            lock (_lock)
            {
                Sent++;
                MostInFlight = Math.Max(MostInFlight, Sent - _answered);
            }
        }

        public void OnAnswered()
        {
            lock (_lock)
            {
                _answered++;
            }
        }
    }

    /// <summary>Counts the chunks that are sent, and their answers.</summary>
    private sealed class Counting(ITransport inner, ChunkCount chunks) : ITransport
    {
        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
            inner.StartAsync(new Receiver(receiver, chunks), cancellationToken);

        public void Send(RaftMember to, RaftMessage message)
        {
            if (message is InstallSnapshotMessage)
            {
                chunks.OnSent();
            }

            inner.Send(to, message);
        }

        public string? DescribeProblem(NodeId member) => inner.DescribeProblem(member);

        public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);
    }

    private sealed class Receiver(IMessageReceiver inner, ChunkCount chunks) : IMessageReceiver
    {
        public NodeId NodeId => inner.NodeId;

        public MessageOrigin? Origin => inner.Origin;

        public IReadOnlyList<RaftMember> Members => inner.Members;

        public void Receive(RaftMessage message)
        {
            if (message is InstallSnapshotReplyMessage)
            {
                chunks.OnAnswered();
            }

            inner.Receive(message);
        }
    }
}
