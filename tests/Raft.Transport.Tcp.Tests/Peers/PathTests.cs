namespace Raft.Transport.Tcp.Tests;

/// <summary>Over which connection a message goes: while a dial hangs, leads elsewhere, or is not needed.</summary>
public sealed class PathTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"];
    private static readonly (RaftMember N1, RaftMember N2, RaftMember N3) To = (Members[0], Members[1], Members[2]);
    private static readonly Guid StoreId = new("11111111-2222-3333-4444-555555555555");

    private readonly SimulatedProcesses _processes = new();
    private readonly TestReceiver _n1 = new("n1", Members);
    private readonly TestReceiver _n2 = new("n2", Members);
    private readonly TestReceiver _n3 = new("n3", Members);

    private SimulatedStreams Streams => _processes.Streams;

    [Fact]
    public void Dial_ThatHangs_DoesNotHideTheConnectionOfThePeer()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        Streams.Hang("localhost:2");
        t1.Send(To.N2, Messages.Heartbeat(_n1, "n2", 0)); // hangs
        _processes.SendHeartbeats(t2, _n2, To.N1, count: 1);

        _processes.SendHeartbeats(t1, _n1, To.N2, count: 300);

        Assert.Equal(Enumerable.Range(1, 300).Select(static i => (long)i), _n2.Received.Select(static message => message.Correlation));
        Assert.Null(t1.DescribeProblem("n2"));
    }

    [Fact]
    public void Dial_ThatHangs_BeginsAgain_WhenThePeerConnects()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        Streams.Hang("localhost:2");
        t1.Send(To.N2, Messages.Chunk(_n1, "n2", 1, size: 100));
        _processes.RunFor(1.5);

        Streams.ReleaseNew("localhost:2"); // the attempt under way hangs on: its packets are lost
        _processes.SendHeartbeats(t2, _n2, To.N1, count: 5);

        Assert.Equal(1, Assert.Single(_n2.Received).Correlation);
    }

    [Fact]
    public void Connection_ThatLeadsToAnotherProcess_DoesNotHideTheConnectionOfThePeer()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        _processes.Start(_n3);
        Streams.Divert("localhost:2", "localhost:3");
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 30);
        Assert.Contains("n3 of cluster 'raft' answers at localhost:2", t1.DescribeProblem("n2"), StringComparison.Ordinal);

        _processes.SendHeartbeats(t2, _n2, To.N1, count: 5);
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 20, first: 100);

        Assert.Equal(Enumerable.Range(100, 20).Select(static i => (long)i), _n2.Received.Select(static message => message.Correlation));
        Assert.Null(t1.DescribeProblem("n2"));
    }

    [Fact]
    public void Node_ThatAnotherProcessHasNow_IsReachedThere_AndTheDialledConnectionEnds()
    {
        TcpNetwork p1 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(p1, _n1);
        _processes.Start(new TestReceiver("n2", Members, store: new StoreIdentity(StoreId, 1)));
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 5);
        Connection dialled = MainLane(p1, "localhost:2").Connection!;
        TestReceiver moved = new("n2", [To.N1, "n2=localhost:4"], store: new StoreIdentity(StoreId, 2));
        TcpTransport t2 = _processes.Start(moved);

        _processes.SendHeartbeats(t2, moved, To.N1, count: 5);
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 10, first: 100);

        Assert.True(dialled.IsClosed);
        Assert.Equal(Enumerable.Range(100, 10).Select(static i => (long)i), moved.Received.Select(static message => message.Correlation));
    }

    [Fact]
    public void AppendEntries_WhenThePathChanges_StayInOrder()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        int number = 0;
        for (int round = 0; round < 20; round++)
        {
            if (round % 3 == 0)
            {
                _processes.RunFor(1.2); // otherwise the pauses between dials would grow
                Streams.CutAll();
                t2.Send(To.N1, Messages.Heartbeat(_n2, "n1", round)); // both dial
            }

            for (int i = 0; i < 20; i++)
            {
                t1.Send(To.N2, Messages.Append(_n1, "n2", ++number, entries: i % 2, size: 3_000));
                _processes.RunFor(0.001 * (i % 4));
            }
        }

        _processes.RunFor(5);
        long[] received = [.. _n2.Received.Select(static message => message.Correlation)];
        Assert.Equal(received.Order().Distinct(), received);
        Assert.InRange(received.Length, number / 4, number);
    }

    [Fact]
    public void Chunk_ForAPeerThatCannotBeDialled_GoesOverAConnectionOfItsOwn_WhichThePeerOpens()
    {
        TcpNetwork p1 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(p1, _n1);
        TcpTransport t2 = _processes.Start(_n2);
        Streams.Divert("localhost:2", "localhost:9"); // where nobody listens
        _processes.SendHeartbeats(t2, _n2, To.N1, count: 2);

        for (int i = 1; i <= 10; i++)
        {
            t1.Send(To.N2, Messages.Chunk(_n1, "n2", i, size: 1_000));
            _processes.RunFor(0.5);
        }

        Assert.Contains(_n2.Received, static message => message is InstallSnapshotMessage);
        IReadOnlyList<Connection> connections = p1.Hub.FindRemote(new NodeKey("raft", "n2"))!.Connections;
        Assert.Equal([LaneKind.Main, LaneKind.Bulk], connections.Select(static connection => connection.Lane));
        Assert.All(connections, static connection => Assert.Equal(ConnectionRole.Acceptor, connection.Role));
    }

    [Fact]
    public void Chunk_ForAPeerWhoseAddressLeadsToAnother_GoesOverAConnectionThatThePeerOpens()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        _processes.Start(_n3);
        Streams.Divert("localhost:2", "localhost:3");
        _processes.SendHeartbeats(t2, _n2, To.N1, count: 2);

        for (int i = 1; i <= 10; i++)
        {
            t1.Send(To.N2, Messages.Chunk(_n1, "n2", i, size: 1_000));
            _processes.RunFor(0.5);
        }

        Assert.Contains(_n2.Received, static message => message is InstallSnapshotMessage);
        Assert.Empty(_n3.Received);
    }

    [Fact]
    public void Heartbeat_NeverUsesTheConnectionForPartsOfSnapshots()
    {
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(_n2);
        t2.Send(To.N1, Messages.Chunk(_n2, "n1", 1, size: 1_000));
        _processes.RunFor(1);
        Assert.Equal(1, Streams.Dials);

        _processes.SendHeartbeats(t1, _n1, To.N2, count: 2);

        Assert.Equal(2, Streams.Dials);
        Assert.Equal(2, _n2.Received.Length);
    }

    [Fact]
    public void Reply_ToANodeWhoseAddressHasChanged_GoesOverTheOpenConnection()
    {
        TcpTransport t1 = _processes.Start(_n1);
        _processes.Start(_n2);
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 2);

        t1.Send("n2=localhost:9", Messages.Reply(_n1, "n2", 100));
        _processes.RunFor(1);

        Assert.Equal([1, 2, 100], _n2.Received.Select(static message => message.Correlation));
    }

    [Fact]
    public void TwoProcesses_WithSeveralAddresses_HaveOneConnection()
    {
        RaftMember[] members = [.. Members, "m2=localhost:4"];
        TestReceiver m2 = new("m2", members);
        TcpNetwork p2 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(_n1);
        TcpTransport t2 = _processes.Start(p2, _n2);
        _processes.Start(p2, m2);

        _processes.SendHeartbeats(t1, _n1, To.N2, count: 2);
        _processes.SendHeartbeats(t1, _n1, members[3], count: 2);
        _processes.SendHeartbeats(t2, _n2, To.N1, count: 2);

        Assert.Equal((2, 2, 2), (_n1.Received.Length, _n2.Received.Length, m2.Received.Length));
        Assert.Equal(1, Streams.Dials);
    }

    [Fact]
    public void OwnAddress_GivenToAnotherNode_IsReported()
    {
        RaftMember[] members = [To.N1, "n9=localhost:1"];
        TestReceiver n1 = new("n1", members);
        TcpTransport t1 = _processes.Start(n1);

        _processes.SendHeartbeats(t1, n1, members[1], count: 5);

        Assert.Contains("localhost:1 is an address of this process", t1.DescribeProblem("n9"), StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_ThatHaveLostTheirConnectionsTogether_AreAllDialledAgainSoon()
    {
        TcpTransportOptions options = new() { HandshakeTimeout = TimeSpan.FromMinutes(1), KeepAliveInterval = TimeSpan.FromMinutes(10) };
        TcpTransport t1 = _processes.Start(_n1, options);
        _processes.Start(_n2);
        _processes.Start(_n3);
        _processes.SendHeartbeats(t1, _n1, To.N2, count: 1);
        _processes.SendHeartbeats(t1, _n1, To.N3, count: 1);
        for (int i = 0; i < 50; i++)
        {
            t1.Send(To.N2, Messages.Append(_n1, "n2", 100 + i, entries: 1, size: 1_000)); // more than a write takes
            t1.Send(To.N3, Messages.Append(_n1, "n3", 100 + i, entries: 1, size: 1_000));
        }

        Streams.CutAll();
        _processes.RunFor(0.3); // of the 15 s between two looks at everything

        Assert.Equal(4, Streams.Dials);
        Assert.Equal((149, 149), (_n2.Received[^1].Correlation, _n3.Received[^1].Correlation));
    }

    [Fact]
    public void Addresses_ThatAreNotUsedAnyMore_AreForgotten_AndSoAreStrangers()
    {
        TcpNetwork p1 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(p1, _n1);
        _processes.Start(_n2);
        for (int i = 0; i < 100; i++)
        {
            t1.Send(new RaftMember($"old{i}", $"localhost:{1_000 + i}"), Messages.Heartbeat(_n1, $"old{i}", 1));
            t1.Send(new RaftMember($"stranger{i}"), Messages.Reply(_n1, $"stranger{i}", 1));
        }

        Assert.Equal((100, 100), p1.Hub.Kept);
        for (int minute = 0; minute < 25; minute++)
        {
            _processes.SendHeartbeats(t1, _n1, To.N2, count: 1, first: minute);
            _processes.RunFor(60);
        }

        Assert.Equal((1, 1), p1.Hub.Kept);
        t1.Send(new RaftMember("old5", "localhost:1005"), Messages.Heartbeat(_n1, "old5", 1));
        _processes.RunFor(0.1);
        Assert.Equal((2, 2), p1.Hub.Kept);
        Assert.Contains("nobody listens at localhost:1005", t1.DescribeProblem("old5"), StringComparison.Ordinal);
    }

    private static Lane MainLane(TcpNetwork process, string address) => process.Hub.PeerAt(
        TcpAddress.TryParse(address, out TcpAddress? parsed) ? parsed : throw new ArgumentException(address),
        process.Hub.Remote(new NodeKey("raft", "n2"))).Main;
}
