namespace Raft.Tests.Transports;

/// <summary>Cuts and isolation, on both in-process networks.</summary>
public abstract class InProcessCutTests : InProcessNetworkTests
{
    [Fact]
    public async Task CutOneWay_Link_LeavesTheOtherDirectionOpen()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();

        network.CutOneWay("n1", "n2");
        n1.Send("n2", 1);
        n1.Send("n3", 2);
        n2.Send("n1", 3);

        Assert.Empty(n2.Fetch());
        Assert.Equal([2L], n3.Fetch());
        Assert.Equal([3L], n1.Fetch());
        Assert.Equal(new NetworkStatistics { Sent = 3, Delivered = 2, DroppedByCut = 1 }, network.Statistics);
    }

    [Fact]
    public async Task RestoreOneWay_CutLink_DeliversAgain()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.CutOneWay("n1", "n2");
        network.CutOneWay("n2", "n1");

        network.RestoreOneWay("n1", "n2");
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
    public async Task RestoreOneWay_LinkOfAnIsolatedNode_LeavesItIsolated()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        network.Isolate("n1");

        network.RestoreOneWay("n1", "n2");
        n1.Send("n2", 1);

        Assert.Empty(n2.Fetch());
    }

    [Fact]
    public async Task Rejoin_IsolatedNode_LeavesIndividuallyCutLinksCut()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();
        network.Isolate("n1");
        network.CutOneWay("n1", "n3");

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
    public async Task CutOneWay_AfterAMessageArrived_LeavesTheMessage()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, _) = await StartThreeAsync();
        n1.Send("n2", 1);

        network.CutOneWay("n1", "n2");

        Assert.Equal([1L], n2.Fetch());
    }

    [Fact]
    public async Task Cut_Link_DropsBothDirectionsUntilItIsRestored()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();

        network.Cut("n1", "n2");
        n1.Send("n2", 1);
        n2.Send("n1", 2);
        n3.Send("n2", 3);
        network.Restore("n1", "n2");
        n1.Send("n2", 4);
        n2.Send("n1", 5);

        Assert.Equal([3L, 4L], n2.Fetch());
        Assert.Equal([5L], n1.Fetch());
        Assert.Equal(2, network.Statistics.DroppedByCut);
    }

    [Fact]
    public async Task Heal_AllCuts_DeliversEverythingAgain()
    {
        (InProcessNetwork network, FetchingNode n1, FetchingNode n2, FetchingNode n3) = await StartThreeAsync();
        network.Isolate("n2");
        network.CutOneWay("n1", "n2");
        network.Cut("n1", "n3");

        network.Heal();
        n1.Send("n2", 1);
        n1.Send("n3", 2);

        Assert.Equal([1L], n2.Fetch());
        Assert.Equal([2L], n3.Fetch());
    }

    private async Task<(InProcessNetwork Network, FetchingNode N1, FetchingNode N2, FetchingNode N3)> StartThreeAsync()
    {
        InProcessNetwork network = CreateNetwork();
        return (network, await StartNodeAsync(network, "n1"), await StartNodeAsync(network, "n2"), await StartNodeAsync(network, "n3"));
    }
}

public sealed class InMemoryCutTests : InProcessCutTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new InMemoryNetwork(inboxCapacity);
}

public sealed class ChannelCutTests : InProcessCutTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new ChannelNetwork(inboxCapacity);
}
