namespace Raft.Transport.Tcp.Tests;

/// <summary>Connections between processes: how they begin, break, are replaced, and what each side reports.</summary>
public sealed class PeerTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];
    private static readonly RaftMember N2 = Members[1];

    private readonly LoopbackNetwork _loopback = new();
    private readonly TestReceiver _n1 = new("n1", Members);
    private readonly TestReceiver _n2 = new("n2", Members);

    [Fact]
    public async Task AppendEntries_ArriveInOrder()
    {
        (TcpTransport from, _) = await new TestProcess(_loopback).StartAsync(_n1);
        await new TestProcess(_loopback).StartAsync(_n2);
        for (int i = 0; i < 2_000; i++)
        {
            from.Send(N2, Messages.Append(_n1, "n2", i, entries: i % 3, size: (i * 37) % 9_000));
        }

        await Wait.UntilAsync(() => _n2.Received.Length == 2_000, "all arrive");
        Assert.Equal(Enumerable.Range(0, 2_000).Select(static i => (long)i), _n2.Received.Select(static message => message.Correlation));
    }

    [Fact]
    public async Task Connection_CutInTheMiddleOfAFrame_IsDialledAgain_AndNothingArrivesTwiceOrBroken()
    {
        TestProcess p1 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await new TestProcess(_loopback).StartAsync(_n2);
        using TestProxy proxy = new(_loopback.RealAddressOf("localhost:2"));
        _loopback.Divert("localhost:2", proxy.Address);
        int number = 0;
        for (int cut = 1; cut <= 5; cut++)
        {
            int before = _n2.Received.Length;
            await Wait.UntilAsync(
                () =>
                {
                    from.Send(N2, Messages.Append(_n1, "n2", ++number, entries: 1, size: 3_000));
                    return _n2.Received.Length > before;
                },
                "messages arrive again");
            proxy.ResetAfter(5_000 + (cut * 501));
        }

        long[] received = [.. _n2.Received.Select(static message => message.Correlation)];
        Assert.Equal(received.Order().Distinct(), received);
        Assert.True(proxy.Connections > 1);
        Assert.NotEmpty(p1.Logged(406));
    }

    [Fact]
    public async Task Peer_ThatDoesNotRead_IsDropped_AndWhatWaitsIsBounded()
    {
        TcpTransportOptions options = new() { KeepAliveInterval = TimeSpan.FromMilliseconds(100), MaximumQueuedBytes = 1 << 20 };
        TestProcess p1 = new(_loopback, options);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await new TestProcess(_loopback).StartAsync(_n2);
        using TestProxy proxy = new(_loopback.RealAddressOf("localhost:2"));
        _loopback.Divert("localhost:2", proxy.Address);
        await DeliverAsync(from);
        Lane lane = p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2"))).Main;
        proxy.Stall();

        for (int i = 0; i < 3_000; i++)
        {
            from.Send(N2, Messages.Append(_n1, "n2", i, entries: 1, size: 10_000));
            Assert.InRange(lane.Queue.Bytes, 0, 1 << 20);
        }

        await Wait.UntilAsync(() => p1.Logged(406).Length > 0, "the connection is given up");
    }

    [Fact]
    public async Task Messages_OverTheConnectionOfThePeer_StayThere_AndInOrder()
    {
        TestProcess p1 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        (TcpTransport to, _) = await new TestProcess(_loopback).StartAsync(_n2);
        _loopback.Divert("localhost:2", new TcpAddress("127.0.0.1", 1)); // n1 cannot reach n2, which can reach n1
        to.Send(Members[0], Messages.Heartbeat(_n2, "n1", 1));
        await Wait.UntilAsync(() => _n1.Received.Length == 1, "n2 is connected");
        int number = 0;
        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(_n1, "n2", ++number));
                return _n2.Received.Length > 0;
            },
            "messages go over the connection of n2");

        _loopback.Divert("localhost:2", _loopback.RealAddressOf("localhost:2"));
        for (int i = 0; i < 500; i++)
        {
            from.Send(N2, Messages.Append(_n1, "n2", ++number, entries: i % 2, size: 2_000));
            await Task.Yield();
        }

        await Wait.UntilAsync(() => _n2.Received[^1].Correlation == number, "all arrive");
        long[] received = [.. _n2.Received.Select(static message => message.Correlation)];
        Assert.Equal(received.Order().Distinct(), received);
        Assert.Null(p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2"))).Main.Connection);
    }

    [Fact]
    public async Task DeadPeer_IsReportedOnce_AndWhatIsSentToItIsDropped()
    {
        TestProcess p1 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        Peer peer = p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2")));
        for (int round = 0; round < 3; round++)
        {
            await Wait.UntilAsync(
                () =>
                {
                    from.Send(N2, Messages.Heartbeat(_n1, "n2", 1));
                    return from.DescribeProblem("n2") is not null;
                },
                "the problem is known");
        }

        Assert.Contains("nobody listens at localhost:2", from.DescribeProblem("n2"), StringComparison.Ordinal);
        await Wait.UntilAsync(() => p1.Logged(404).Length > 0, "it is logged");
        Assert.Single(p1.Logged(404));
        Assert.Equal(0, peer.Main.Queue.Count);

        // It starts, and the node is heard without a word of it.
        (TcpTransport to, _) = await new TestProcess(_loopback).StartAsync(_n2);
        await DeliverAsync(from);
        Assert.Null(from.DescribeProblem("n2"));
        await to.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Address_IsResolvedForEachDial()
    {
        (TcpTransport from, _) = await new TestProcess(_loopback).StartAsync(_n1);
        (TcpTransport to, _) = await new TestProcess(_loopback).StartAsync(_n2);
        await DeliverAsync(from);
        await to.StopAsync(TestContext.Current.CancellationToken);
        TestReceiver elsewhere = new("n2", Members);

        await new TestProcess(_loopback).StartAsync(elsewhere); // another port under the same name

        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(_n1, "n2", 1));
                return elsewhere.Received.Length > 0;
            },
            "messages arrive at the new place");
    }

    [Fact]
    public async Task Reply_ToANodeWithoutAnAddress_GoesBackOnItsConnection()
    {
        (TcpTransport from, _) = await new TestProcess(_loopback).StartAsync(_n1);
        TestReceiver n2 = new("n2", [new RaftMember("n2", "localhost:2")]); // it does not know where n1 is
        (TcpTransport to, _) = await new TestProcess(_loopback).StartAsync(n2);
        n2.OnReceive = message => to.Send(new RaftMember(message.From), Messages.Reply(n2, message.From, message.Correlation));

        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(_n1, "n2", 7));
                return _n1.Received.Length > 0;
            },
            "the reply arrives");
        Assert.Equal(7, _n1.Received[0].Correlation);
    }

    [Fact]
    public async Task Reply_AfterTheNodeHasConnectedAgain_GoesBackOnTheNewConnection()
    {
        TestReceiver n2 = new("n2", [new RaftMember("n2", "localhost:2")]);
        (TcpTransport to, _) = await new TestProcess(_loopback).StartAsync(n2);
        n2.OnReceive = message => to.Send(new RaftMember(message.From), Messages.Reply(n2, message.From, message.Correlation));
        for (int life = 1; life <= 3; life++)
        {
            TestReceiver n1 = new("n1", Members);
            (TcpTransport from, _) = await new TestProcess(_loopback).StartAsync(n1);
            await Wait.UntilAsync(
                () =>
                {
                    from.Send(N2, Messages.Heartbeat(n1, "n2", life));
                    return n1.Received.Length > 0;
                },
                "the reply arrives");
            await from.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task SnapshotChunks_HaveAConnectionOfTheirOwn()
    {
        TestProcess p1 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await new TestProcess(_loopback).StartAsync(_n2);
        await DeliverAsync(from);

        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Chunk(_n1, "n2", 5, size: 100_000));
                return _n2.Received.Any(static message => message is InstallSnapshotMessage);
            },
            "a chunk arrives");

        Peer peer = p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2")));
        Assert.NotNull(peer.Bulk.Connection);
        Assert.NotSame(peer.Main.Connection, peer.Bulk.Connection);
    }

    [Fact]
    public async Task Nodes_OfOneProcess_ShareAConnection()
    {
        RaftMember[] members = ["n1=localhost:1", "n2=localhost:2", "m1=localhost:1", "m2=localhost:2"];
        TestProcess p1 = new(_loopback);
        TestProcess p2 = new(_loopback);
        TestReceiver[] senders = [new("n1", members), new("m1", members, "other")];
        TestReceiver[] receivers = [new("n2", members), new("m2", members, "other")];
        List<TcpTransport> transports = [];
        foreach (TestReceiver sender in senders)
        {
            transports.Add((await p1.StartAsync(sender)).Transport);
        }

        foreach (TestReceiver receiver in receivers)
        {
            await p2.StartAsync(receiver);
        }

        for (int i = 0; i < senders.Length; i++)
        {
            int index = i;
            await Wait.UntilAsync(
                () =>
                {
                    transports[index].Send(members.Single(member => member.Id == receivers[index].NodeId.Value),
                        Messages.Heartbeat(senders[index], receivers[index].NodeId, 1));
                    return receivers[index].Received.Length > 0;
                },
                "it arrives");
        }

        Assert.Single(p2.Logged(403));
    }

    [Fact]
    public async Task Stop_OfOneNode_LeavesTheOthersConnected_AndSendsWhatWaits()
    {
        TestProcess p1 = new(_loopback);
        TestReceiver m1 = new("m1", ["m1=localhost:1"]);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        (TcpTransport other, _) = await p1.StartAsync(m1);
        await new TestProcess(_loopback).StartAsync(_n2);
        await DeliverAsync(from);
        await DeliverAsync(other, m1);
        int before = _n2.Received.Length;
        for (int i = 0; i < 100; i++)
        {
            from.Send(N2, Messages.Heartbeat(_n1, "n2", 1_000 + i));
        }

        await from.StopAsync(TestContext.Current.CancellationToken);

        await Wait.UntilAsync(() => _n2.Received.Length >= before + 100, "what was sent before the stop arrives");
        await DeliverAsync(other, m1);
    }

    [Fact]
    public async Task OtherCluster_AtTheAddress_IsReportedOnBothSides()
    {
        TestProcess p1 = new(_loopback);
        TestProcess p2 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await p2.StartAsync(new TestReceiver("n2", Members, "b"));

        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(_n1, "n2", 1));
                return from.DescribeProblem("n2") is not null && p1.Logged(404).Length > 0 && p2.Logged(410).Length > 0;
            },
            "it is reported");

        Assert.Contains("it belongs to cluster 'b'", from.DescribeProblem("n2"), StringComparison.Ordinal);
        Assert.Contains("it belongs to cluster 'b'", Assert.Single(p1.Logged(404)), StringComparison.Ordinal);
        Assert.Contains("n2 of cluster 'b'", Assert.Single(p2.Logged(410)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherNode_AtTheAddress_IsReportedOnBothSides()
    {
        TestProcess p1 = new(_loopback);
        TestProcess p2 = new(_loopback);
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await p2.StartAsync(new TestReceiver("n3", ["n3=localhost:2"]));

        await Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(_n1, "n2", 1));
                return from.DescribeProblem("n2") is not null && p2.Logged(410).Length > 0;
            },
            "it is reported");

        Assert.Contains("n3 of cluster 'raft' answers at localhost:2", from.DescribeProblem("n2"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)] // older only
    [InlineData(2, 4)] // newer only
    [InlineData(1, 3)]
    public async Task Versions_ThatOverlap_WorkTogether(byte lowest, byte highest)
    {
        TestProcess p1 = new(_loopback, versions: new VersionRange(1, 2));
        TestProcess p2 = new(_loopback, versions: new VersionRange(lowest, highest));
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await p2.StartAsync(_n2);

        await DeliverAsync(from);

        Assert.Contains($"version {Math.Min((byte)2, highest)} ", Assert.Single(p1.Logged(403)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 2, 3)]
    [InlineData(4, 5, 2, 3)]
    public async Task Versions_ThatDoNotOverlap_AreReportedOnBothSides(byte lowest, byte highest, byte otherLowest, byte otherHighest)
    {
        TestProcess p1 = new(_loopback, versions: new VersionRange(lowest, highest));
        TestProcess p2 = new(_loopback, versions: new VersionRange(otherLowest, otherHighest));
        (TcpTransport from, _) = await p1.StartAsync(_n1);
        await p2.StartAsync(_n2);

        from.Send(N2, Messages.Heartbeat(_n1, "n2", 1));
        await Wait.UntilAsync(() => p1.Logged(404).Length > 0 && p2.Logged(405).Length > 0, "both report it");

        Assert.Contains("speaks version 2 to 3", from.DescribeProblem("n2"), StringComparison.Ordinal);
        Assert.Empty(_n2.Received);
    }

    [Fact]
    public async Task Start_BeyondLoopbackWithoutTls_IsRefused_UnlessAllowed()
    {
        TestReceiver outside = new("n1", ["n1=localhost:1", "n2=10.0.0.2:7001"]);
        TestProcess allowed = new(_loopback, new TcpTransportOptions { AllowPlaintext = true });

        TcpTransportException refusal = await Assert.ThrowsAsync<TcpTransportException>(
            () => new TestProcess(_loopback).StartAsync(outside));
        await allowed.StartAsync(outside);

        Assert.Contains("n2 at 10.0.0.2:7001", refusal.Message, StringComparison.Ordinal);
        Assert.Single(allowed.Logged(402));
    }

    [Fact]
    public async Task Start_WithoutAnAddress_IsRefused()
    {
        TcpTransportException refusal = await Assert.ThrowsAsync<TcpTransportException>(
            () => new TestProcess(_loopback).StartAsync(new TestReceiver("n1", ["n1"])));

        Assert.Contains("has no address to listen at", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AtAnAddressInUse_IsRefused_AndWorksLater()
    {
        TcpTransport first = new(new TcpTransportOptions { Listen = "127.0.0.1:0" });
        await first.StartAsync(_n1, TestContext.Current.CancellationToken);
        TcpTransport second = new(new TcpTransportOptions { Listen = first.ListenAddress });

        TcpTransportException refusal = await Assert.ThrowsAsync<TcpTransportException>(
            () => second.StartAsync(_n2, TestContext.Current.CancellationToken).AsTask());
        await first.StopAsync(TestContext.Current.CancellationToken);
        await second.StartAsync(_n2, TestContext.Current.CancellationToken);

        Assert.Contains("another process listens there", refusal.Message, StringComparison.Ordinal);
        await second.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Node_ThatRunsInTheProcess_CannotBeStartedTwice()
    {
        TestProcess process = new(_loopback);
        await process.StartAsync(_n1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => process.StartAsync(new TestReceiver("n1", Members)));
    }

    private Task DeliverAsync(TcpTransport from, TestReceiver? sender = null)
    {
        int before = _n2.Received.Length;
        TestReceiver self = sender ?? _n1;
        return Wait.UntilAsync(
            () =>
            {
                from.Send(N2, Messages.Heartbeat(self, "n2", 1));
                return _n2.Received.Skip(before).Any(message => message.From == self.NodeId);
            },
            "a message arrives");
    }
}
