namespace Raft.Testing.Tests;

public sealed class SimulatedNetworkTests
{
    private readonly SimulatedWorld _world = new(seed: 3);
    private readonly SortedDictionary<string, (SimulatedTransport Transport, Inbox Inbox)> _nodes = [];

    public SimulatedNetworkTests()
    {
        foreach (string id in new[] { "n1", "n2", "n3" })
        {
            SimulatedTransport transport = _world.Network.CreateTransport();
            Inbox inbox = new(id, _world.Clock);
            _world.Run(transport.StartAsync(inbox, TestContext.Current.CancellationToken));
            _nodes.Add(id, (transport, inbox));
        }
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private List<long> TermsAt(string id) => _nodes[id].Inbox.Terms;

    private void Send(string from, string to, long term = 1) => _nodes[from].Transport.Send(to, SampleMessages.Vote(from, to, term));

    private void SendMany(int count, string from = "n1", string to = "n2")
    {
        for (int term = 1; term <= count; term++)
        {
            Send(from, to, term);
        }
    }

    private void RunASecond() => _world.RunFor(TimeSpan.FromSeconds(1));

    [Fact]
    public void Send_OnAGoodLink_ArrivesWithinTheDelays()
    {
        SendMany(100);

        RunASecond();

        Assert.Equal(100, TermsAt("n2").Count);
        Assert.All(_nodes["n2"].Inbox.ArrivedAt, at => Assert.InRange(at, Ms(1), Ms(5)));
        Assert.Empty(TermsAt("n3"));
        Assert.Equal((100, 100, 0), (_world.Network.Sent, _world.Network.Delivered, _world.Network.Dropped));
    }

    [Fact]
    public void Send_OnAGoodLink_KeepsTheOrder()
    {
        SendMany(100);

        RunASecond();

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), TermsAt("n2"));
    }

    [Fact]
    public void ReorderRate_WhenSet_ChangesTheOrderAndLosesNothing()
    {
        _world.Network.Conditions.ReorderRate = 0.5;
        SendMany(100);

        RunASecond();

        Assert.NotEqual(TermsAt("n2").Order(), TermsAt("n2"));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), TermsAt("n2").Order());
    }

    [Fact]
    public void DropRate_WhenSet_LosesAboutThatShare()
    {
        _world.Network.Conditions.DropRate = 0.3;
        SendMany(1_000);

        RunASecond();

        Assert.InRange(TermsAt("n2").Count, 620, 780);
        Assert.Equal(1_000, _world.Network.Delivered + _world.Network.Dropped);
    }

    [Fact]
    public void DuplicateRate_WhenSet_DeliversAboutThatShareTwice()
    {
        _world.Network.Conditions.DuplicateRate = 0.3;
        SendMany(1_000);

        RunASecond();

        Assert.InRange(TermsAt("n2").Count, 1_220, 1_380);
        Assert.Equal(1_000, TermsAt("n2").Distinct().Count());
    }

    [Fact]
    public void Cut_BetweenTwoNodes_StopsBothDirectionsAndNobodyElse()
    {
        _world.Network.Cut("n1", "n2");
        Send("n1", "n2");
        Send("n2", "n1");
        Send("n1", "n3");

        RunASecond();

        Assert.Equal((0, 0, 1), (TermsAt("n1").Count, TermsAt("n2").Count, TermsAt("n3").Count));
    }

    [Fact]
    public void CutOneWay_BetweenTwoNodes_LeavesTheWayBack()
    {
        _world.Network.CutOneWay("n1", "n2");
        Send("n1", "n2");
        Send("n2", "n1");

        RunASecond();

        Assert.Equal((1, 0), (TermsAt("n1").Count, TermsAt("n2").Count));
    }

    [Fact]
    public void Cut_WithAMessageOnItsWay_LosesIt()
    {
        Send("n1", "n2");
        _world.Network.Cut("n1", "n2");

        RunASecond();

        Assert.Empty(TermsAt("n2"));
        Assert.Equal(1, _world.Network.Dropped);
    }

    [Fact]
    public void Isolate_ThenRestore_CutsAndRepairsAllLinksOfTheNode()
    {
        _world.Network.Isolate("n1");
        _world.Network.Cut("n1", "n2");
        Send("n1", "n2");
        Send("n3", "n1");
        Send("n3", "n2", 2);
        RunASecond();
        Assert.Equal([2], TermsAt("n2"));
        Assert.Empty(TermsAt("n1"));

        _world.Network.Restore("n1");
        Send("n1", "n2", 3);
        Send("n3", "n1", 3);
        RunASecond();

        Assert.Equal([2, 3], TermsAt("n2"));
        Assert.Equal([3], TermsAt("n1"));
    }

    [Fact]
    public void HealAndRestore_AfterCuts_RepairThem()
    {
        _world.Network.Cut("n1", "n2");
        _world.Network.Cut("n1", "n3");
        _world.Network.Isolate("n3");
        _world.Network.Restore("n1", "n2");
        Send("n1", "n2");
        Send("n1", "n3");
        RunASecond();
        Assert.Equal((1, 0), (TermsAt("n2").Count, TermsAt("n3").Count));

        _world.Network.Heal();
        Send("n1", "n3");
        RunASecond();

        Assert.Single(TermsAt("n3"));
    }

    [Fact]
    public void Drop_WithAPredicate_LosesWhatMatchesUntilDisposed()
    {
        MessageRule rule = _world.Network.Drop(message => message.Term == 2);
        SendMany(3);
        RunASecond();
        Assert.Equal([1, 3], TermsAt("n2"));
        Assert.Equal(1, rule.Caught);

        rule.Dispose();
        Send("n1", "n2", 2);
        RunASecond();

        Assert.Equal([1, 3, 2], TermsAt("n2"));
    }

    [Fact]
    public void Hold_WithAPredicate_KeepsWhatMatchesUntilReleased()
    {
        MessageRule rule = _world.Network.Hold(message => message.Term <= 2);
        SendMany(3);
        RunASecond();
        Assert.Equal([3], TermsAt("n2"));
        Assert.Equal(2, rule.Held.Count);

        rule.Release();
        Send("n1", "n2", 1);
        RunASecond();
        Assert.Equal([3, 1, 2], TermsAt("n2"));

        rule.Dispose();
        RunASecond();
        Assert.Equal([3, 1, 2, 1], TermsAt("n2"));
    }

    [Fact]
    public void MaximumInFlight_WhenReached_LosesWhatComesBeyond()
    {
        _world.Network.Conditions.MaximumInFlight = 10;
        SendMany(15);

        Assert.Equal(10, _world.Network.InFlight);
        RunASecond();
        Assert.Equal(10, TermsAt("n2").Count);
    }

    [Fact]
    public void Stop_OfATransport_EndsReceivingUntilItStartsAgain()
    {
        (SimulatedTransport transport, Inbox inbox) = _nodes["n2"];
        _world.Run(transport.StopAsync(TestContext.Current.CancellationToken));
        Send("n1", "n2", 1);
        RunASecond();

        _world.Run(transport.StartAsync(inbox, TestContext.Current.CancellationToken));
        Send("n1", "n2", 2);
        RunASecond();

        Assert.Equal([2], TermsAt("n2"));
    }

    [Fact]
    public void Sever_OfATransport_LetsANewOneTakeItsPlace()
    {
        SimulatedTransport old = _nodes["n2"].Transport;
        SimulatedTransport replacement = _world.Network.CreateTransport();
        Assert.Throws<InvalidOperationException>(
            () => _world.Run(replacement.StartAsync(new Inbox("n2", _world.Clock), TestContext.Current.CancellationToken)));

        old.Sever();
        Inbox inbox = new("n2", _world.Clock);
        _world.Run(replacement.StartAsync(inbox, TestContext.Current.CancellationToken));
        old.Send("n1", SampleMessages.Vote("n2", "n1"));
        Send("n1", "n2");
        RunASecond();

        Assert.Single(inbox.Terms);
        Assert.Empty(TermsAt("n2"));
        Assert.Empty(TermsAt("n1"));
    }

    private sealed class Inbox(string id, SimulatedClock clock) : IMessageReceiver
    {
        public NodeId NodeId { get; } = id;

        public List<long> Terms { get; } = [];

        public List<TimeSpan> ArrivedAt { get; } = [];

        public void Receive(RaftMessage message)
        {
            Terms.Add(message.Term);
            ArrivedAt.Add(clock.Now);
        }
    }
}
