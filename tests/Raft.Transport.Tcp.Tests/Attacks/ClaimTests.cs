namespace Raft.Transport.Tcp.Tests;

/// <summary>What a process may say, and for whom.</summary>
public sealed class ClaimTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];
    private static readonly NodeKey N2 = new("raft", "n2");
    private static readonly Guid StoreId = new("11111111-2222-3333-4444-555555555555");

    private readonly LoopbackNetwork _loopback = new();
    private readonly TestReceiver _n1 = new("n1", Members);
    private readonly TestReceiver _n2 = new("n2", Members);
    private readonly TestProcess _process;

    public ClaimTests() => _process = new TestProcess(_loopback);

    private TcpAddress Address => _loopback.RealAddressOf("localhost:1");

    [Fact]
    public async Task Message_FromANodeThatWasNotAnnounced_EndsTheConnection()
    {
        await _process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, new NodeKey("raft", "n3"));

        await peer.SendAsync(Messages.Vote(_n2, "n1", 1));

        Goodbye goodbye = Goodbye.Decode(await peer.ReadUntilAsync(FrameKind.Goodbye));
        Assert.Equal(RefusalCode.Protocol, goodbye.Code);
        await peer.WaitForEndAsync();
        Assert.Empty(_n1.Received);
    }

    [Fact]
    public async Task Process_ThatDialsAgain_ReplacesItsConnection_WhoseFramesAreDropped()
    {
        await _process.StartAsync(_n1);
        Guid id = Guid.NewGuid();
        using RawPeer first = await RawPeer.JoinAsync(Address, N2, hello: RawPeer.Hello(id, dialNumber: 1));
        await first.SendAsync(Messages.Vote(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "the first arrives");
        byte[] incomplete = FrameSamples.Message(hasChecksum: true, Messages.Append(_n2, "n1", 2, entries: 1, size: 5_000));
        await first.SendAsync(incomplete.AsMemory(0, 3_000));

        using RawPeer second = await RawPeer.JoinAsync(Address, N2, hello: RawPeer.Hello(id, dialNumber: 2));
        await second.SendAsync(Messages.Vote(_n2, "n1", 3));
        await Wait.UntilAsync(() => _n1.Received.Length == 2, "the message of the second arrives");
        try
        {
            await first.SendAsync(incomplete.AsMemory(3_000));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // closed already
        }

        await first.WaitForEndAsync();
        await second.SendAsync(Messages.Vote(_n2, "n1", 4));
        await Wait.UntilAsync(() => _n1.Received.Length == 3, "the last arrives");
        Assert.Equal([1, 3, 4], _n1.Received.Select(static message => message.Correlation));
    }

    [Fact]
    public async Task Connection_ThatClaimsTheProcessOfAnother_ReplacesItForItsOwnNodesOnly()
    {
        await _process.StartAsync(_n1);
        Guid id = Guid.NewGuid();
        TestReceiver n3 = new("n3", Members);
        using RawPeer victim = await RawPeer.JoinAsync(Address, N2, hello: RawPeer.Hello(id, dialNumber: 1));
        await victim.AnnounceAsync(n3.Key);
        await victim.SendAsync(Messages.Vote(n3, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "the victim is connected");

        using RawPeer silent = await RawPeer.ConnectAsync(Address);
        await silent.SendAsync(RawPeer.Hello(id, dialNumber: long.MaxValue - 1).Encode()); // has announced nothing
        await silent.ReadHelloAsync();
        using RawPeer other = await RawPeer.JoinAsync(Address, n3.Key, hello: RawPeer.Hello(id, dialNumber: long.MaxValue));
        await other.SendAsync(Messages.Vote(n3, "n1", 2));
        await Wait.UntilAsync(() => _n1.Received.Length == 2, "the other one is connected");
        await victim.SendAsync(Messages.Vote(n3, "n1", 3)); // the other one has this node now
        await victim.SendAsync(Messages.Vote(_n2, "n1", 4));
        await Wait.UntilAsync(() => _n1.Received.Length == 3, "the victim still speaks for its other node");

        Assert.Equal([1, 2, 4], _n1.Received.Select(static message => message.Correlation));
    }

    [Fact]
    public async Task Node_ThatIsRefused_IsTheReasonForTheEndOfTheConnection()
    {
        TestProcess process = new(_loopback, new TcpTransportOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        await process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, new NodeKey("raft", "n1"));

        Goodbye goodbye = Goodbye.Decode(await peer.ReadUntilAsync(FrameKind.Goodbye));

        Assert.Equal(RefusalCode.Duplicate, goodbye.Code);
        Assert.Contains("node n1 of cluster 'raft' is refused", goodbye.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ThatIsOlderThanTheOneItWouldReplace_IsClosed()
    {
        TestProcess process = new(_loopback, new TcpTransportOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        await process.StartAsync(_n1);
        Guid id = Guid.NewGuid();
        using RawPeer later = await RawPeer.JoinAsync(Address, N2, hello: RawPeer.Hello(id, dialNumber: 5));
        await later.ReadUntilAsync(FrameKind.Announce);

        using RawPeer earlier = await RawPeer.JoinAsync(Address, N2, hello: RawPeer.Hello(id, dialNumber: 4));
        await earlier.SendAsync(Messages.Vote(_n2, "n1", 0));

        await earlier.WaitForEndAsync();
        await later.SendAsync(Messages.Vote(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "the later connection works");
        Assert.Equal(1, Assert.Single(_n1.Received).Correlation);
    }

    [Theory]
    [InlineData(3, 4, true)] // its machine lost power, and its successor must not be kept out
    [InlineData(4, 3, false)]
    [InlineData(3, 3, false)]
    public async Task Node_ClaimedByTwoProcessesWithOneStore_BelongsToTheHigherOpening(long first, long second, bool secondWins)
    {
        await _process.StartAsync(_n1);
        using RawPeer one = await RawPeer.JoinAsync(Address, N2, new StoreIdentity(StoreId, first));
        await one.ReadUntilAsync(FrameKind.Announce);
        await one.SendAsync(Messages.Vote(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "the first speaks for the node");

        using RawPeer other = await RawPeer.JoinAsync(Address, N2, new StoreIdentity(StoreId, second));
        NodeRefusal refusal = NodeRefusal.Decode(await (secondWins ? one : other).ReadUntilAsync(FrameKind.RefuseNode));
        await one.SendAsync(Messages.Vote(_n2, "n1", 2));
        await other.SendAsync(Messages.Vote(_n2, "n1", 3));
        await Wait.UntilAsync(() => _n1.Received.Length == 2, "one of them is heard");

        Assert.Equal(RefusalCode.Duplicate, refusal.Code);
        Assert.Equal(secondWins ? 3 : 2, _n1.Received[1].Correlation);
        Assert.NotEmpty(_process.Logged(408));
    }

    [Fact]
    public async Task Node_ClaimedWithAnotherStore_StaysWithTheConnectedProcess()
    {
        await _process.StartAsync(_n1);
        using RawPeer one = await RawPeer.JoinAsync(Address, N2, new StoreIdentity(StoreId, 3));
        await one.SendAsync(Messages.Vote(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "the first speaks for the node");

        using RawPeer other = await RawPeer.JoinAsync(Address, N2, new StoreIdentity(Guid.NewGuid(), 9));

        Assert.Equal(N2, NodeRefusal.Decode(await other.ReadUntilAsync(FrameKind.RefuseNode)).Node);
    }

    [Fact]
    public async Task Node_OfThisProcess_CannotBeClaimedByAnother()
    {
        await _process.StartAsync(_n1);
        using RawPeer other = await RawPeer.JoinAsync(Address, new NodeKey("raft", "n1"), new StoreIdentity(StoreId, 9));

        Assert.Equal(RefusalCode.Duplicate, NodeRefusal.Decode(await other.ReadUntilAsync(FrameKind.RefuseNode)).Code);
    }

    [Fact]
    public async Task Refusal_OfANodeThatIsNotHere_IsIgnored()
    {
        await _process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, N2);
        byte[] Refuse(string node) => FrameSamples.Control(
            hasChecksum: true, FrameKind.RefuseNode, new NodeRefusal(new NodeKey("raft", node), RefusalCode.Duplicate, "no").Encode());

        await peer.SendAsync(Refuse("n7"));
        await peer.SendAsync(Refuse("n1"));
        await Wait.UntilAsync(() => _process.Logged(409).Length > 0, "the refusal of the node is reported");

        Assert.Contains("n1", Assert.Single(_process.Logged(409)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Pong_WithoutAPing_IsIgnored(long number)
    {
        await _process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, N2);

        await peer.SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Pong, PingNumber.Encode(number)));
        await peer.SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Ping, PingNumber.Encode(1)));

        await peer.ReadUntilAsync(FrameKind.Pong);
    }

    [Fact]
    public async Task Names_WithLineBreaks_AreLoggedInOneLine()
    {
        await _process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, N2);
        NodeKey missing = new("raft\r\n[Error] forged", "n9\nforged");

        await peer.SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Missing, NodeName.Encode(missing)));
        await Wait.UntilAsync(() => _process.Logged(410).Length > 0, "it is reported");

        Assert.DoesNotContain('\n', Assert.Single(_process.Logged(410)));
    }

    [Fact]
    public async Task Node_ThatIsRefused_KeepsItsConnection_WhenItSendsALargeMessage()
    {
        await _process.StartAsync(_n1);
        NodeKey own = new("raft", "n1"); // a node of this process, so that it is refused
        using RawPeer peer = await RawPeer.JoinAsync(Address, own);
        await peer.ReadUntilAsync(FrameKind.RefuseNode);

        await peer.SendAsync(Messages.Append(_n1, "n1", 1, entries: 1, size: 300_000));
        await peer.SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Ping, PingNumber.Encode(1)));

        await peer.ReadUntilAsync(FrameKind.Pong);
        Assert.Empty(_n1.Received);
    }

    [Fact]
    public async Task Connection_ThatSpeaksForNoNode_IsClosed()
    {
        TestProcess process = new(_loopback, new TcpTransportOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        await process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.ConnectAsync(Address);
        await peer.SendAsync(RawPeer.Hello().Encode());

        await peer.WaitForEndAsync();
    }

    [Fact]
    public async Task Stop_WhileMessagesArrive_EndsReceiving()
    {
        (TcpTransport transport, _) = await _process.StartAsync(_n1);
        using RawPeer peer = await RawPeer.JoinAsync(Address, N2);
        await peer.SendAsync(Messages.Vote(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length > 0, "messages arrive");
        Task sending = Task.Run(
            async () =>
            {
                try
                {
                    for (int i = 2; ; i++)
                    {
                        await peer.SendAsync(Messages.Vote(_n2, "n1", i));
                    }
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // closed
                }
            },
            TestContext.Current.CancellationToken);

        await Wait.OrFailAsync(transport.StopAsync(CancellationToken.None).AsTask(), "it stops although the peer does not close");
        int received = _n1.Received.Length;

        await Wait.OrFailAsync(sending, "the connection is closed");
        Assert.Equal(received, _n1.Received.Length);
    }
}
