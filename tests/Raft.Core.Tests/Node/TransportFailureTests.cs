using System.Diagnostics.CodeAnalysis;
using NSubstitute;

namespace Raft.Tests.Node;

[SuppressMessage("Reliability", "CA2012", Justification = "This configures what a substitute returns.")]
public sealed class TransportFailureTests
{
    private readonly Lab _lab = new();
    private readonly ITransport _transport = Substitute.For<ITransport>();

    [Fact]
    public void TransportThatCannotStart_FailsTheNode()
    {
        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>()).Returns(
            _ => throw new InvalidOperationException("Port in use."));
        LabNode node = _lab.Node(members: 3, transport: _transport);

        node.Run();
        Task<NodeId> wait = node.Raft.WaitForLeaderAsync(TestContext.Current.CancellationToken).AsTask();
        NodeFailedException failure = node.Failure();

        Assert.Contains("could not start: Port in use.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        _lab.Fails<NodeStoppedException>(wait);
        node.AssertNoCallerWaits();
        Assert.Equal(0, node.Store.UnderWay);

        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>()).Returns(default(ValueTask));
        node.Run(); // fixed
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.PreCandidate);
        node.Stop();
    }

    [Fact]
    public void TransportThatThrowsOnSend_FailsTheNode()
    {
        _transport.When(transport => transport.Send(Arg.Any<RaftMember>(), Arg.Any<RaftMessage>())).Throw(new IOException("Broken pipe."));
        LabNode node = _lab.Node(members: 3, transport: _transport);

        node.Run();

        Assert.Contains("threw IOException from Send: Broken pipe.", node.Failure().Message, StringComparison.Ordinal);
        _transport.Received(1).StopAsync(Arg.Any<CancellationToken>());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void TransportThatCannotStop_IsReportedAndTheStoreIsClosed()
    {
        _transport.StopAsync(Arg.Any<CancellationToken>()).Returns(_ => throw new IOException("Will not stop."));
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, transport: _transport, store: store);
        node.Run();
        _lab.World.RunUntilIdle();

        node.RequestStop();

        Assert.Contains("Will not stop.", node.Failure().Message, StringComparison.Ordinal);
        Assert.Equal("close", store.Calls[^1]);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void TransportThatNeverFinishesStarting_DoesNotKeepTheNodeFromStopping()
    {
        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>()).Returns(
            call => NeverAsync(call.Arg<CancellationToken>()));
        LabNode node = _lab.Node(members: 3, transport: _transport);
        node.Run();
        _lab.World.RunUntilIdle();

        node.Stop();

        Assert.True(node.Running!.IsCompletedSuccessfully);
        Assert.Equal(NodeLifecycle.Stopped, node.Status.Lifecycle);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Node_StartsItsTransportWithTheStoreOpenAndStopsItBeforeTheStore()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>()).Returns(_ => Note(store, "start"));
        _transport.StopAsync(Arg.Any<CancellationToken>()).Returns(_ => Note(store, "stop"));
        LabNode node = _lab.Node(members: 3, transport: _transport, store: store);
        node.Run();
        _lab.World.RunUntilIdle();

        node.Stop();

        Assert.Equal(["open", "write", "start", "stop", "close"], store.Calls); // the write says which cluster the store belongs to
    }

    [Fact]
    public void Node_GivesTheTransportTheMemberWithItsAddress()
    {
        LabNode node = _lab.Node(
            members: 2,
            transport: _transport,
            configure: options => options.Members = ["n1", new RaftMember("n2", "n2.example:7000")]);
        node.Run();
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.PreCandidate);

        _transport.Received().Send(
            Arg.Is<RaftMember>(member => member != null && member.Address == "n2.example:7000"),
            Arg.Any<RequestVoteMessage>());
        node.Stop();
    }

    [Fact]
    public void Node_DropsMessagesForOthersAndThoseThatImitateHandlerCalls()
    {
        IMessageReceiver? receiver = null;
        _transport.StartAsync(Arg.Do<IMessageReceiver>(given => receiver = given), Arg.Any<CancellationToken>()).Returns(
            default(ValueTask));
        LabNode node = _lab.Node(members: 3, transport: _transport);
        node.Run();
        _lab.World.RunUntilIdle();
        RequestVoteMessage good = new() { From = "n2", To = "n1", Origin = Origins.Of(), Term = 9, LastLogIndex = 0, LastLogTerm = 0 };

        receiver!.Receive(good with { Origin = Origins.Of(clusterId: "another") });
        receiver.Receive(good with { To = "n3" });
        receiver.Receive(good with { Correlation = -1 });
        _lab.World.RunUntilIdle();
        Assert.Equal(0, node.Status.Term);

        receiver.Receive(good);
        _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(9, node.Status.Term);
        _transport.Received(1).Send(Arg.Any<RaftMember>(), Arg.Any<RequestVoteReplyMessage>());
        node.Stop();
    }

    private static ValueTask Note(SpyStore store, string call)
    {
        store.Calls.Add(call);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask NeverAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource never = new();
        using CancellationTokenRegistration registration = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        await never.Task;
    }
}
