using NSubstitute;

namespace Raft.Tests.Transports;

/// <summary>Receivers that are no nodes, such as test doubles: they get their messages within the sender's call.</summary>
public abstract class InProcessPlainReceiverTests : InProcessNetworkTests
{
    [Fact]
    public async Task Send_ToAPlainReceiver_IsReceivedWithinTheCall()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        IMessageReceiver receiver = Substitute.For<IMessageReceiver>();
        receiver.NodeId.Returns("n2");
        InProcessTransport transport = network.CreateTransport();
        await transport.StartAsync(receiver, Cancellation);
        RaftMessage message = Message("n1", "n2", 1);

        n1.Transport.Send("n2", message);

        receiver.Received(1).Receive(message);
        Assert.Equal(new NetworkStatistics { Sent = 1, Delivered = 1 }, network.Statistics);

        await transport.StopAsync(Cancellation);
        n1.Send("n2", 2);

        receiver.ReceivedWithAnyArgs(1).Receive(default!);
        Assert.Equal(new NetworkStatistics { Sent = 2, Delivered = 1, DroppedByStop = 1 }, network.Statistics);
    }

    [Fact]
    public async Task Send_ToAReceiverThatThrows_IsCountedAndDoesNotThrow()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        IMessageReceiver receiver = Substitute.For<IMessageReceiver>();
        receiver.NodeId.Returns("n2");
        receiver.WhenForAnyArgs(each => each.Receive(default!)).Throw(new InvalidOperationException());
        await network.CreateTransport().StartAsync(receiver, Cancellation);

        n1.Send("n2", 1);

        Assert.Equal(new NetworkStatistics { Sent = 1, DroppedByReceiver = 1 }, network.Statistics);
    }

    [Fact]
    public async Task Stop_WhileAReceiverIsBusy_CompletesWhenItIsDone()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        IMessageReceiver receiver = Substitute.For<IMessageReceiver>();
        receiver.NodeId.Returns("n2");
        InProcessTransport transport = network.CreateTransport();
        Task stopped = Task.CompletedTask, stoppedAgain = Task.CompletedTask;
        bool completedWithin = true;
        receiver.WhenForAnyArgs(each => each.Receive(default!)).Do(_ =>
        {
            stopped = transport.StopAsync(Cancellation).AsTask();
            stoppedAgain = transport.StopAsync(Cancellation).AsTask();
            n1.Send("n2", 2); // comes too late
            completedWithin = stopped.IsCompleted || stoppedAgain.IsCompleted;
        });
        await transport.StartAsync(receiver, Cancellation);

        n1.Send("n2", 1);

        Assert.False(completedWithin);
        await stopped;
        await stoppedAgain;
        receiver.ReceivedWithAnyArgs(1).Receive(default!);
        Assert.Equal(new NetworkStatistics { Sent = 2, Delivered = 1, DroppedByStop = 1 }, network.Statistics);
    }

    [Fact]
    public async Task Stop_WhileAReceiverIsBusy_GivesUpWaitingWhenCancelled()
    {
        InProcessNetwork network = CreateNetwork();
        FetchingNode n1 = await StartNodeAsync(network, "n1");
        IMessageReceiver receiver = Substitute.For<IMessageReceiver>();
        receiver.NodeId.Returns("n2");
        InProcessTransport transport = network.CreateTransport();
        Task stopped = Task.CompletedTask;
        receiver.WhenForAnyArgs(each => each.Receive(default!)).Do(
            _ => stopped = transport.StopAsync(new CancellationToken(canceled: true)).AsTask());
        await transport.StartAsync(receiver, Cancellation);

        n1.Send("n2", 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        n1.Send("n2", 2);
        receiver.ReceivedWithAnyArgs(1).Receive(default!);
    }
}

public sealed class InMemoryPlainReceiverTests : InProcessPlainReceiverTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new InMemoryNetwork(inboxCapacity);
}

public sealed class ChannelPlainReceiverTests : InProcessPlainReceiverTests
{
    private protected override InProcessNetwork CreateNetwork(int inboxCapacity) => new ChannelNetwork(inboxCapacity);
}
