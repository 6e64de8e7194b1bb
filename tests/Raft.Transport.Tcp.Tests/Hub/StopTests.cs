namespace Raft.Transport.Tcp.Tests;

/// <summary>Nodes that stop, and others that start or continue meanwhile.</summary>
public sealed class StopTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2", "n4=localhost:1"];

    private readonly SimulatedProcesses _processes = new();
    private readonly TestReceiver _n1 = new("n1", Members);
    private readonly TestReceiver _n2 = new("n2", Members);
    private readonly TestReceiver _n4 = new("n4", Members);

    [Fact]
    public void MessagesOfAStoppedNode_ThatWaitForADial_DoNotEndTheConnectionOfTheOthers()
    {
        TcpNetwork p1 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(p1, _n1);
        TcpTransport t4 = _processes.Start(p1, _n4);
        _processes.Start(_n2);
        _processes.Streams.Hang("localhost:2");
        t1.Send(Members[1], Messages.Vote(_n1, "n2", 1));
        t1.Send(Members[1], Messages.Heartbeat(_n1, "n2", 2));
        t4.Send(Members[1], Messages.Heartbeat(_n4, "n2", 3));
        _processes.RunFor(0.1);
        _processes.World.Run(t1.StopAsync(CancellationToken.None));

        _processes.Streams.Release("localhost:2");
        _processes.RunFor(1);
        _processes.SendHeartbeats(t4, _n4, Members[1], count: 2, first: 4);

        Assert.Equal([3, 4, 5], _n2.Received.Select(static message => message.Correlation));
        Assert.Equal(1, _processes.Streams.Dials);
    }

    [Fact]
    public void NodeThatStarts_WhileTheLastOneStops_KeepsItsConnections()
    {
        TcpNetwork p1 = _processes.CreateProcess(new TcpTransportOptions { MaximumQueueDelay = TimeSpan.FromSeconds(2) });
        TcpTransport t1 = _processes.Start(p1, _n1);
        TcpTransport t2 = _processes.Start(_n2);
        ConnectAndNeverClose("localhost:1");
        Task stopping = t1.StopAsync(CancellationToken.None).AsTask();
        _processes.RunFor(0.2);
        TcpTransport t4 = _processes.Start(p1, _n4);

        _processes.SendHeartbeats(t2, _n2, Members[2], count: 80);
        _processes.SendHeartbeats(t4, _n4, Members[1], count: 20);

        Assert.True(stopping.IsCompletedSuccessfully);
        Assert.Equal((80, 20), (_n4.Received.Length, _n2.Received.Length));
        Assert.Equal(2, _processes.Streams.Dials); // the one that never closes, and one
    }

    [Fact]
    public void Stop_WhoseWaitWasCancelled_Continues_AndTheTransportStartsAgain()
    {
        TcpNetwork p1 = _processes.CreateProcess();
        TcpTransport t1 = _processes.Start(p1, _n1);
        ConnectAndNeverClose("localhost:1");

        Task cancelled = t1.StopAsync(new CancellationToken(canceled: true)).AsTask();
        Assert.True(cancelled.IsCanceled);
        _processes.World.Run(t1.StopAsync(CancellationToken.None));
        _processes.World.Run(t1.StopAsync(CancellationToken.None)); // of a transport that does not run

        _processes.World.Run(t1.StartAsync(_n1, CancellationToken.None));
        TcpTransport t2 = _processes.Start(_n2);
        _processes.SendHeartbeats(t2, _n2, Members[0], count: 2);
        Assert.Equal(2, _n1.Received.Length);
    }

    [Fact]
    public void LastDelivery_DoesNotRunWhatWaitsForTheStop()
    {
        // Its thread may be the worker of the sender, or hold the lock of a connection.
        List<Action> scheduled = [];
        LocalNode node = new(_n1, _n1.Origin, scheduled.Add);
        Task? closing = null;
        _n1.OnReceive = _ => closing = node.CloseAsync();

        node.Deliver(Messages.Heartbeat(_n2, "n1", 1));

        Assert.False(closing!.IsCompleted);
        Assert.Single(scheduled)();
        Assert.True(closing.IsCompletedSuccessfully);
    }

    private void ConnectAndNeverClose(string address)
    {
        Assert.True(TcpAddress.TryParse(address, out TcpAddress? parsed));
        IConnectionStream stream = _processes.World.Run(_processes.Streams.DialAsync(parsed, CancellationToken.None));
        _processes.World.Run(Handshake.PerformAsync(stream, RawPeer.Hello(), isDialler: true, refusal: null));
        _processes.RunFor(0.1);
    }
}
