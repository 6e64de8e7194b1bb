namespace Raft.Tests.Transports;

/// <summary>Cuts, isolation, loss and delay, on both in-process networks.</summary>
public abstract class InProcessFaultTests : InProcessNetworkTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Cut_OneDirection_LeavesTheOtherOpen()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();

        network.Cut("n1", "n2");
        n1.Send("n2", 1);
        n1.Send("n3", 2);
        n2.Send("n1", 3);

        Assert.Empty(n2.Fetch());
        Assert.Equal([2L], n3.Fetch());
        Assert.Equal([3L], n1.Fetch());
        Assert.Equal(new NetworkStatistics { Sent = 3, Delivered = 2, DroppedByCut = 1 }, network.Statistics);
    }

    [Fact]
    public async Task Restore_CutLink_DeliversAgain()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.Cut("n1", "n2");
        network.Cut("n2", "n1");

        network.Restore("n1", "n2");
        n1.Send("n2", 1);
        n2.Send("n1", 2);

        Assert.Equal([1L], n2.Fetch());
        Assert.Empty(n1.Fetch());
    }

    [Fact]
    public async Task Isolate_Node_CutsAllItsLinksAndNoOther()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();

        network.Isolate("n1");
        n1.Send("n2", 1);
        n2.Send("n1", 2);
        n3.Send("n2", 3);

        Assert.Empty(n1.Fetch());
        Assert.Equal([3L], n2.Fetch());
        Assert.Equal(2, network.Statistics.DroppedByCut);
    }

    [Fact]
    public async Task Restore_LinkOfAnIsolatedNode_LeavesItIsolated()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.Isolate("n1");

        network.Restore("n1", "n2");
        n1.Send("n2", 1);

        Assert.Empty(n2.Fetch());
    }

    [Fact]
    public async Task Rejoin_IsolatedNode_LeavesLinksCutThatWereCutOneByOne()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();
        network.Isolate("n1");
        network.Cut("n1", "n3");

        network.Rejoin("n1");
        n1.Send("n2", 1);
        n1.Send("n3", 2);

        Assert.Equal([1L], n2.Fetch());
        Assert.Empty(n3.Fetch());
    }

    [Fact]
    public async Task Isolate_NodeThatRestarts_StaysIsolated()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.Isolate("n2");

        await n2.StopAsync();
        await n2.RestartAsync();
        n1.Send("n2", 1);

        Assert.Empty(n2.Fetch());
    }

    [Fact]
    public async Task Cut_AfterAMessageArrived_LeavesTheMessage()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        n1.Send("n2", 1);

        network.Cut("n1", "n2");

        Assert.Equal([1L], n2.Fetch());
    }

    [Fact]
    public async Task Heal_AllFaults_DeliversEverythingAgain()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.Isolate("n2");
        network.Cut("n1", "n2");
        network.SetDropRate(1);
        network.SetDelay(Millisecond, 5 * Millisecond);

        network.Heal();
        n1.Send("n2", 1);

        Assert.Equal([1L], n2.Fetch());
        Assert.Equal(0, network.DropRate);
        Assert.Equal(TimeSpan.Zero, network.MinimumDelay);
        Assert.Equal(TimeSpan.Zero, network.MaximumDelay);
    }

    [Fact]
    public async Task SetDropRate_One_DropsEverythingAndZeroNothing()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();

        network.SetDropRate(1);
        n1.SendMany("n2", 1_000);
        Assert.Equal(1_000, network.Statistics.DroppedAtRandom);

        network.SetDropRate(0);
        n1.SendMany("n2", 1_000);
        Assert.Equal(1_000, n2.Fetch().Count);
    }

    [Fact]
    public async Task SetDropRate_SameSeed_DropsTheSameMessages()
    {
        List<long> first = await ReceivedAsync(seed: 1);
        List<long> again = await ReceivedAsync(seed: 1);
        List<long> other = await ReceivedAsync(seed: 2);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count, 650, 750); // of 1,000, at a rate of 0.3

        async Task<List<long>> ReceivedAsync(long seed)
        {
            (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync(seed: seed);
            network.SetDropRate(0.3);
            Assert.Equal(0.3, network.DropRate);
            n1.SendMany("n2", 1_000);
            return n2.Fetch();
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void SetDropRate_OutOfRange_IsRefused(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => CreateNetwork().SetDropRate(rate));

    [Fact]
    public void SetDelay_OutOfRange_IsRefused()
    {
        InProcessNetwork network = CreateNetwork();
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(-Millisecond));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(2 * Millisecond, Millisecond));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(InProcessNetwork.LongestDelay + Millisecond));
    }

    [Fact]
    public async Task SetDelay_Fixed_DeliversWhenDueInOrder()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(10 * Millisecond);
        n1.Send("n2", 1);
        n1.Send("n2", 2);
        Clock.Advance(4 * Millisecond);
        n1.Send("n2", 3);

        Clock.Advance(5 * Millisecond);
        Assert.Empty(n2.Fetch());
        Assert.Equal(3, network.Statistics.UnderWay);
        Clock.Advance(Millisecond);
        Assert.Equal([1L, 2L], n2.Fetch());
        Clock.Advance(3 * Millisecond);
        Assert.Empty(n2.Fetch());
        Clock.Advance(Millisecond);
        Assert.Equal([3L], n2.Fetch());
        Assert.Equal(3, n2.Receiver.Signals);
    }

    [Fact]
    public async Task SetDelay_Range_DeliversWithinItAndLetsMessagesOvertake()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(5 * Millisecond, 20 * Millisecond);
        Assert.Equal(5 * Millisecond, network.MinimumDelay);
        Assert.Equal(20 * Millisecond, network.MaximumDelay);
        n1.SendMany("n2", 100);

        Clock.Advance(5 * Millisecond - TimeSpan.FromTicks(1));
        Assert.Empty(n2.Fetch());
        Clock.Advance(15 * Millisecond + TimeSpan.FromTicks(1));
        List<long> received = n2.Fetch();

        Assert.NotEqual(received.Order(), received);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), received.Order());
    }

    [Fact]
    public async Task SetDelay_Shortened_LetsLaterMessagesOvertakeThoseUnderWay()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(10 * Millisecond);
        n1.Send("n2", 1);

        network.SetDelay(2 * Millisecond);
        n1.Send("n2", 2);
        Clock.Advance(2 * Millisecond);
        Assert.Equal([2L], n2.Fetch());

        network.SetDelay(TimeSpan.Zero);
        n1.Send("n2", 3);
        Assert.Equal([3L], n2.Fetch());

        Clock.Advance(8 * Millisecond);
        Assert.Equal([1L], n2.Fetch());
    }

    [Fact]
    public async Task Heal_WithDelayedMessages_DeliversThemAtOnceInOrder()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(10 * Millisecond);
        n1.SendMany("n2", 3);

        network.Heal();

        Assert.Equal([0L, 1L, 2L], n2.Fetch());
        Clock.Advance(100 * Millisecond);
        Assert.Empty(n2.Fetch());
    }

    [Fact]
    public async Task Cut_WhileAMessageIsDelayed_DropsItWhenDue()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(10 * Millisecond);
        n1.Send("n2", 1);
        network.Cut("n1", "n2");

        Clock.Advance(10 * Millisecond);

        Assert.Empty(n2.Fetch());
        Assert.Equal(1, network.Statistics.DroppedByCut);
        Assert.Equal(0, network.Statistics.UnderWay);
    }

    [Fact]
    public async Task Stop_WhileAMessageIsDelayed_DropsItWhenDue()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.SetDelay(10 * Millisecond);
        n1.Send("n2", 1);
        await n2.StopAsync();

        Clock.Advance(10 * Millisecond);

        Assert.Equal(new NetworkStatistics { Sent = 1, DroppedByStop = 1 }, network.Statistics);
    }

    [Fact]
    public async Task SetDelay_MoreMessagesThanTheCapacity_DropsAndCountsThem()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync(inboxCapacity: 2);
        network.SetDelay(10 * Millisecond);

        n1.SendMany("n2", 5);
        n1.SendMany("n3", 1); // has room of its own

        Assert.Equal(3, network.Statistics.DroppedByOverflow);
        Clock.Advance(10 * Millisecond);
        Assert.Equal([0L, 1L], n2.Fetch());
        Assert.Equal([0L], n3.Fetch());
        n1.Send("n2", 9);
        Clock.Advance(10 * Millisecond);
        Assert.Equal([9L], n2.Fetch());
    }

    [Fact]
    public async Task SetDelay_AnswersWithinTheDelivery_AreDelayedToo()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        n2.Receiver.OnSignal = () => n2.Fetch().ForEach(correlation => n2.Send("n1", correlation + 100));
        network.SetDelay(10 * Millisecond);

        n1.Send("n2", 1);
        Clock.Advance(10 * Millisecond);
        Assert.Empty(n1.Fetch());
        Clock.Advance(10 * Millisecond);

        Assert.Equal([101L], n1.Fetch());
    }

    private async Task<(InProcessNetwork Network, FetchingNode N1, FetchingNode N2, FetchingNode N3)> StartThreeAsync(
        int inboxCapacity = InProcessNetwork.DefaultInboxCapacity,
        long seed = 0)
    {
        InProcessNetwork network = CreateNetwork(inboxCapacity, seed);
        return (network, await StartNodeAsync(network, "n1"), await StartNodeAsync(network, "n2"), await StartNodeAsync(network, "n3"));
    }
}

public sealed class InMemoryFaultTests : InProcessFaultTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity, long seed) => new InMemoryNetwork(inboxCapacity, seed, Clock);
}

public sealed class ChannelFaultTests : InProcessFaultTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity, long seed) => new ChannelNetwork(inboxCapacity, seed, Clock);
}
