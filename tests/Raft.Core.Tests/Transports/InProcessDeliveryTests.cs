namespace Raft.Tests.Transports;

/// <summary>Starting, sending, stopping: what both in-process transports owe a node.</summary>
public abstract class InProcessDeliveryTests : InProcessNetworkTests
{
    [Fact]
    public async Task Send_ToARunningNode_WaitsInItsInboxAndSignals()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        RaftMessage message = Message("n1", "n2", 5);

        n1.Transport.Send("n2", message);

        Assert.Equal(1, n2.Receiver.Signals);
        Assert.Equal(0, n1.Receiver.Signals);
        Assert.Equal(new NetworkStatistics { Sent = 1 }, network.Statistics);
        Assert.Equal(1, network.Statistics.UnderWay);
        Assert.True(n2.Receiver.Inbox!.TryTake(out RaftMessage? taken));
        Assert.Same(message, taken);
        Assert.False(n2.Receiver.Inbox.TryTake(out _));
        Assert.Equal(new NetworkStatistics { Sent = 1, Delivered = 1 }, network.Statistics);
        Assert.Equal(0, network.Statistics.UnderWay);
    }

    [Fact]
    public async Task Send_ManyMessages_KeepTheirOrder()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        FetchingNode n3 = await StartNodeAsync(network, "n3");

        n1.SendMany("n2", 1_000);
        n3.SendMany("n1", 10);
        n2.SendMany("n2", 1); // to itself

        Assert.Equal([.. Enumerable.Range(0, 1_000).Select(i => (long)i), 0], n2.Fetch());
        Assert.Equal(10, n1.Fetch().Count);
        Assert.Empty(n3.Fetch());
    }

    [Fact]
    public async Task Send_ToANodeThatFetchesWhenSignalled_MayBeAnsweredWithinTheCall()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        n2.Receiver.OnSignal = () =>
        {
            foreach (long correlation in n2.Fetch())
            {
                n2.Send("n1", correlation + 100);
            }
        };

        n1.Send("n2", 1);

        Assert.Equal([101L], n1.Fetch());
    }

    [Fact]
    public async Task Send_ToAnUnknownNode_IsDroppedAndCounted()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");

        n1.Send("n9", 1);
        n1.Transport.Send(new RaftMember(), Message("n1", "n9", 1));

        Assert.Equal(new NetworkStatistics { Sent = 2, DroppedByStop = 2 }, network.Statistics);
    }

    [Fact]
    public async Task Send_BeforeStartOrAfterStop_IsDroppedAndCounted()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        FetchingNode n1 = new(new FetchingReceiver("n1"), network.CreateTransport());

        n1.Send("n2", 1);
        await n1.RestartAsync();
        n1.Send("n2", 2);
        await n1.StopAsync();
        n1.Send("n2", 3);

        Assert.Equal([2L], n2.Fetch());
        Assert.Equal(new NetworkStatistics { Sent = 3, Delivered = 1, DroppedByStop = 2 }, network.Statistics);
    }

    [Fact]
    public async Task Send_BeyondTheCapacity_IsDroppedAndCounted()
    {
        InProcessNetwork network = CreateNetwork(inboxCapacity: 3);
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");

        n1.SendMany("n2", 5);

        Assert.Equal(3, network.InboxCapacity);
        Assert.Equal(new NetworkStatistics { Sent = 5, DroppedByOverflow = 2 }, network.Statistics);
        Assert.Equal(3, n2.Receiver.Signals);
        Assert.Equal([0L, 1L, 2L], n2.Fetch());

        n1.Send("n2", 9);
        Assert.Equal([9L], n2.Fetch());
    }

    [Fact]
    public async Task Stop_WithMessagesWaiting_DropsThemAndReceivesNothingMore()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        n1.SendMany("n2", 3);

        await n2.StopAsync();
        n1.Send("n2", 4);

        Assert.Null(n2.Receiver.Inbox);
        Assert.Equal(3, n2.Receiver.Signals);
        Assert.Empty(n2.Fetch());
        Assert.Equal(new NetworkStatistics { Sent = 4, DroppedByStop = 4 }, network.Statistics);
        await n2.StopAsync(); // a second time changes nothing
        Assert.Equal(4, network.Statistics.Dropped);
    }

    [Fact]
    public async Task Start_AfterStop_ReceivesAgainAndStartsEmpty()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        n1.Send("n2", 1);
        await n2.StopAsync();
        IMessageInbox formerInbox = n2.Receiver.LatestInbox!;

        await n2.RestartAsync();
        n1.Send("n2", 2);

        Assert.False(formerInbox.TryTake(out _));
        Assert.Equal([2L], n2.Fetch());
        n2.Send("n1", 3);
        Assert.Equal([3L], n1.Fetch());
    }

    [Fact]
    public async Task Start_AfterStop_MayBeAnotherTransportOfTheSameId()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode former = await StartNodeAsync(network, "n2");
        await former.StopAsync();

        FetchingNode n2 = await StartNodeAsync(network, "n2");
        n1.Send("n2", 1);
        await former.StopAsync(); // must not stop its successor
        n1.Send("n2", 2);

        Assert.Equal([1L, 2L], n2.Fetch());
        Assert.Empty(former.Fetch());
    }

    [Fact]
    public async Task Start_SecondNodeOfTheSameId_IsRefused()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartNodeAsync(network, "n2"));

        Assert.Contains("'n2' already runs on this network", exception.Message, StringComparison.Ordinal);
        n1.Send("n2", 1);
        Assert.Equal([1L], n2.Fetch());
    }

    [Fact]
    public async Task Start_TransportThatRuns_IsRefused()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await n1.Transport.StartAsync(new FetchingReceiver("n2"), Cancellation));

        Assert.Contains("already serves node 'n1'", exception.Message, StringComparison.Ordinal);
        FetchingNode n2 = await StartNodeAsync(network, "n2"); // the failed attempt claimed nothing
        n1.Send("n2", 1);
        Assert.Equal([1L], n2.Fetch());
    }

    [Fact]
    public async Task Start_Cancelled_ClaimsNothing()
    {
        InProcessNetwork network = CreateNetwork();
        InProcessTransport transport = network.CreateTransport();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await transport.StartAsync(new FetchingReceiver("n1"), new CancellationToken(canceled: true)));

        await StartNodeAsync(network, "n1");
    }

    [Fact]
    public async Task Stop_NeverStarted_Completes() => await CreateNetwork().CreateTransport().StopAsync(Cancellation);

    [Fact]
    public void LeavesProcess_InProcessTransport_IsFalse()
    {
        ITransport transport = CreateNetwork().CreateTransport();
        Assert.False(transport.LeavesProcess);
    }

    [Fact]
    public void Constructor_CapacityBelowOne_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CreateNetwork(inboxCapacity: 0));

    [Fact]
    public async Task Send_HealthyLink_AllocatesNothing()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        RaftMember to = "n2";
        RaftMessage message = Message("n1", "n2", 1);
        SendAndTake(1_000); // the queues grow to their size

        long before = GC.GetAllocatedBytesForCurrentThread();
        SendAndTake(1_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void SendAndTake(int count)
        {
            for (int i = 0; i < count; i++)
            {
                n1.Transport.Send(to, message);
            }

            while (n2.Receiver.Inbox!.TryTake(out _))
            {
            }
        }
    }

    [Fact]
    public async Task Send_FromSeveralThreadsWithStopsAndFaults_AccountsForEveryMessage()
    {
        const int Senders = 4, PerSender = 20_000;
        InProcessNetwork network = CreateNetwork(inboxCapacity: 64);
        FetchingNode target = await StartNodeAsync(network, "target");
        List<FetchingNode> senders = [];
        for (int i = 0; i < Senders; i++)
        {
            senders.Add(await StartNodeAsync(network, $"sender-{i}"));
        }

        long fetched = 0;
        bool negative = false;
        Task[] sending = [.. senders.Select(sender => Task.Run(() => sender.SendMany("target", PerSender), Cancellation))];
        Task all = Task.WhenAll(sending);
        for (int round = 0; !all.IsCompleted; round++)
        {
            fetched += target.Fetch().Count;
            negative |= network.Statistics.UnderWay < 0;
            switch (round % 3)
            {
                case 0:
                    await target.StopAsync();
                    await target.RestartAsync();
                    break;
                case 1:
                    network.Isolate("target");
                    break;
                default:
                    network.Heal();
                    break;
            }
        }

        await all;
        fetched += target.Fetch().Count;

        NetworkStatistics statistics = network.Statistics;
        Assert.False(negative);
        Assert.Equal(Senders * PerSender, statistics.Sent);
        Assert.Equal(fetched, statistics.Delivered);
        Assert.Equal(0, statistics.UnderWay);
    }
}

public sealed class InMemoryDeliveryTests : InProcessDeliveryTests
{
    [Fact]
    public async Task Waiting_MessagesNotFetched_ShowsThemByNodeInOrder()
    {
        InMemoryNetwork network = new();
        FetchingNode n2 = await StartNodeAsync(network, "n2");
        FetchingNode n10 = await StartNodeAsync(network, "n10");
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        n1.SendMany("n2", 2);

        IReadOnlyDictionary<NodeId, IReadOnlyList<RaftMessage>> waiting = network.Waiting;

        Assert.Equal(["n1", "n10", "n2"], waiting.Keys.Select(id => id.Value));
        Assert.Equal([0L, 1L], waiting["n2"].Select(message => message.Correlation));
        Assert.Empty(waiting["n1"]);

        n2.Fetch();
        await n10.StopAsync();
        Assert.Equal(2, waiting["n2"].Count); // a copy
        Assert.Empty(network.Waiting["n2"]);
        Assert.Equal(["n1", "n2"], network.Waiting.Keys.Select(id => id.Value));
    }

    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new InMemoryNetwork(inboxCapacity);
}

public sealed class ChannelDeliveryTests : InProcessDeliveryTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new ChannelNetwork(inboxCapacity);
}
