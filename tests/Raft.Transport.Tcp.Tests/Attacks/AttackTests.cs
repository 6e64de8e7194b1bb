using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// A cluster of three, two of which run. The third is an attacker that speaks as a member, or a stranger. The cluster always commits.
/// </summary>
public sealed class AttackTests : IAsyncLifetime
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"];
    private static readonly NodeKey N3 = new("raft", "n3");

    private readonly LoopbackNetwork _loopback = new();
    private readonly TestReceiver _n3 = new("n3", Members);
    private readonly CancellationTokenSource _stop = new();
    private readonly RaftNode[] _nodes;
    private CapturingTransport _origin = null!;
    private Task _running = Task.CompletedTask;

    public AttackTests()
    {
        RaftNodeOptions options = new()
        {
            Members = [.. Members],
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(400),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(800),
            AllowVolatileStorage = true,
        };
        TcpTransportOptions transport = new()
        {
            HandshakeTimeout = TimeSpan.FromMilliseconds(500),
            MaximumHandshakes = 16,
            KeepAliveInterval = TimeSpan.FromMilliseconds(300),
        };
        _nodes = [.. Members.Take(2).Select(member => new RaftNode(member.NodeId, options: options, ports: new RaftNodePorts
        {
            Transport = member.Id == "n1" ? _origin = new CapturingTransport(Create()) : Create(),
        }))];

        TcpTransport Create() => new TestProcess(_loopback, transport).Network.CreateTransport();
    }

    private TcpAddress Target => _loopback.RealAddressOf("localhost:1");

    public async ValueTask InitializeAsync()
    {
        _running = Task.WhenAll(_nodes.Select(node => node.RunAsync(_stop.Token)));
        await _nodes[0].WaitForLeaderAsync(TestContext.Current.CancellationToken);
        await RequireCommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task DamagedFrames_OfEveryKind_ChangeNothing()
    {
        (long term, NodeId? vote) = State;
        foreach ((_, byte[] bytes) in FrameSamples.All(hasChecksum: true))
        {
            foreach (int at in (int[])[0, 3, 4, 6, 9, bytes.Length / 2, bytes.Length - 1])
            {
                using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
                byte[] damaged = [.. bytes];
                damaged[at] ^= 0x40;
                await peer.SendAsync(damaged);
            }
        }

        await RequireCommitAsync();
        Assert.Equal((term, vote), State);
    }

    [Fact]
    public async Task DamagedMessages_WithRightChecksums_ChangeNothing()
    {
        (long term, NodeId? vote) = State;
        RaftMessage[] messages =
        [
            Messages.Vote(_n3, "n1", 1),
            Messages.Append(_n3, "n1", 2, entries: 3, size: 20),
            Messages.Reply(_n3, "n1", 3),
            Messages.Chunk(_n3, "n1", 4, size: 30),
            Messages.VoteReply(_n3, "n1", 5),
            Messages.ChunkReply(_n3, "n1", 6),
            Messages.TimeoutNow(_n3, "n1", 7),
            Messages.TimeoutNowReply(_n3, "n1", 8),
            Messages.IdentityRefusal(_n3, "n1", 9),
        ];
        foreach (RaftMessage message in messages)
        {
            byte[] payload = FrameSamples.Message(hasChecksum: false, message)[FrameFormat.HeadSize(false)..];
            for (int length = 0; length < payload.Length; length += 5)
            {
                using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
                await peer.SendAsync(FrameSamples.Control(hasChecksum: true, FrameWriter.KindOf(message), payload[..length]));
            }
        }

        await RequireCommitAsync();
        Assert.Equal((term, vote), State);
    }

    [Theory]
    [InlineData(1u << 31)]
    [InlineData(uint.MaxValue)]
    public async Task Length_BeyondTheLimit_EndsTheConnection(uint length)
    {
        using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
        byte[] head = new byte[9];
        BinaryPrimitives.WriteUInt32LittleEndian(head, length);
        head[4] = (byte)FrameKind.MessageWithData;

        await peer.SendAsync(head);

        Assert.Equal(RefusalCode.Protocol, Goodbye.Decode(await peer.ReadUntilAsync(FrameKind.Goodbye)).Code);
        await RequireCommitAsync();
    }

    [Fact]
    public async Task Messages_ThatContradictThemselves_ChangeNothing()
    {
        (long term, NodeId? vote) = State;
        using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
        MessageOrigin origin = _origin.Captured!; // the identity of a cluster is not secret
        AppendEntriesMessage append = Messages.Append(_n3, "n1", 1, entries: 1, size: 10) with { Origin = origin, Term = term };
        LogEntry entry = append.Entries.Span[0];

        await peer.SendAsync(append with { Entries = new[] { entry with { Term = term + 1 } } }); // later than its message
        await peer.SendAsync(append with { PrevLogIndex = long.MaxValue, PrevLogTerm = term }); // the index overflows
        await peer.SendAsync(append with { PrevLogIndex = long.MaxValue - 1, Entries = new[] { entry, entry, entry } });
        await peer.SendAsync(append with { PrevLogTerm = long.MaxValue });
        RequestVoteMessage vast = Messages.Vote(_n3, "n1", 1) with { LastLogIndex = long.MaxValue, LastLogTerm = long.MaxValue };
        await peer.SendAsync(vast with { Origin = origin, Term = term });

        await RequireCommitAsync();
        Assert.Equal((term, vote), State);
    }

    [Fact]
    public async Task HalfOpenConnections_InThousands_KeepNobodyOut()
    {
        const int Connections = 10_000;
        const int Kept = 1_000;
        Queue<Socket> kept = new();
        IPEndPoint end = new(IPAddress.Parse(Target.Host), Target.Port);
        for (int i = 0; i < Connections; i++)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(end, TestContext.Current.CancellationToken);
            if (i % 3 == 0)
            {
                await socket.SendAsync(new byte[] { 0x52, 0x46 }, TestContext.Current.CancellationToken);
            }

            kept.Enqueue(socket);
            if (kept.Count > Kept)
            {
                kept.Dequeue().Dispose();
            }

            if (i % 2_500 == 1_250)
            {
                await RequireCommitAsync();
            }
        }

        using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
        await peer.ReadUntilAsync(FrameKind.Announce);
        await RequireCommitAsync();
        foreach (Socket socket in kept)
        {
            socket.Dispose();
        }
    }

    [Fact]
    public async Task SlowClient_DoesNotCompleteItsHandshake_AndIsDropped()
    {
        using RawPeer peer = await RawPeer.ConnectAsync(Target);
        byte[] hello = RawPeer.Hello().Encode();
        await peer.SendAsync(hello.AsMemory(0, hello.Length - 1));

        await peer.WaitForEndAsync();
        await RequireCommitAsync();
    }

    [Fact]
    public async Task SlowClient_ThatStopsWithinAFrame_IsDropped()
    {
        using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
        byte[] frame = FrameSamples.Message(hasChecksum: true, Messages.Append(_n3, "n1", 1, entries: 1, size: 50_000));

        await peer.SendAsync(frame.AsMemory(0, frame.Length / 2));

        await peer.WaitForEndAsync();
        await RequireCommitAsync();
    }

    [Fact]
    public async Task SlowClient_ThatAsksAllTheTimeAndReadsNoAnswer_IsDropped()
    {
        using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
        byte[] ping = FrameSamples.Control(hasChecksum: true, FrameKind.Ping, PingNumber.Encode(1));
        byte[] pings = [.. Enumerable.Repeat(ping, 1_000).SelectMany(static each => each)];
        Task asking = Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                await peer.SendAsync(pings);
            }
        });

        await RequireCommitAsync();
        await Wait.OrFailAsync(asking, "the connection is closed, since its answers are not read");
        await RequireCommitAsync();
    }

    [Fact]
    public async Task FlippedBits_InEveryKindOfMessage_WithRightChecksums_KeepTheClusterCommitting()
    {
        foreach ((_, byte[] bytes) in FrameSamples.All(hasChecksum: false))
        {
            byte[] payload = bytes[FrameFormat.HeadSize(false)..];
            for (int at = 0; at < payload.Length; at += 3)
            {
                using RawPeer peer = await RawPeer.JoinAsync(Target, N3);
                byte[] damaged = [.. payload];
                damaged[at] ^= (byte)(1 << (at % 8));
                await peer.SendAsync(FrameSamples.Control(hasChecksum: true, (FrameKind)bytes[FrameFormat.KindOffset], damaged));
            }
        }

        await RequireCommitAsync();
    }

    [Fact]
    public async Task Strangers_OfOtherProtocols_AreDropped()
    {
        string[] texts = ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001", "\0\0\0\0\0\0\0\0\0"];
        foreach (string text in texts)
        {
            using RawPeer peer = await RawPeer.ConnectAsync(Target);
            await peer.SendAsync(System.Text.Encoding.Latin1.GetBytes(text));
            await peer.WaitForEndAsync();
        }

        await RequireCommitAsync();
    }

    private (long Term, NodeId? Vote) State => (_nodes[0].Status.Term, _nodes[0].Status.VotedFor);

    private async Task RequireCommitAsync()
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Wait.Limit);
        while (true)
        {
            NodeId leaderId = await _nodes[0].WaitForLeaderAsync(limit.Token);
            try
            {
                await _nodes.Single(node => node.Id == leaderId).ProposeAsync("still here", limit.Token);
                return;
            }
            catch (RaftException) when (!limit.IsCancellationRequested)
            {
                // the leader has changed: try again
            }
        }
    }

    /// <summary>Keeps how its node describes itself.</summary>
    private sealed class CapturingTransport(ITransport inner) : ITransport
    {
        private IMessageReceiver? _receiver;

        public MessageOrigin? Captured => _receiver?.Origin;

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
        {
            _receiver = receiver;
            return inner.StartAsync(receiver, cancellationToken);
        }

        public void Send(RaftMember to, RaftMessage message) => inner.Send(to, message);

        public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);
    }
}
