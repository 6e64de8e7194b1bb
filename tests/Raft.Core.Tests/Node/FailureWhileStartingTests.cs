using System.Diagnostics.CodeAnalysis;
using NSubstitute;

namespace Raft.Tests.Node;

/// <summary>The stores are open before the transport has started, so a node can fail in between.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "This configures what a substitute returns.")]
public sealed class FailureWhileStartingTests
{
    private readonly Lab _lab = new();
    private readonly TaskCompletionSource _started = new();
    private readonly ITransport _transport = Substitute.For<ITransport>();

    [Fact]
    public void Node_FailsWhileItsTransportStarts_CancelsTheStart()
    {
        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>())
            .Returns(call => StartAsync(call.Arg<CancellationToken>()));
        LabNode node = Fail();

        Assert.Contains("Disk on fire.", node.Failure().Message, StringComparison.Ordinal);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        Assert.Same(node.Status.Failure, node.Running!.Exception!.InnerException);
        _transport.DidNotReceive().StopAsync(Arg.Any<CancellationToken>());
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Node_FailsWhileItsTransportStartsAllTheSame_StopsTheTransport()
    {
        _transport.StartAsync(Arg.Any<IMessageReceiver>(), Arg.Any<CancellationToken>()).Returns(_ => new ValueTask(_started.Task));
        LabNode node = Fail();
        Assert.True(node.IsRunning);

        _started.SetResult();

        Assert.Contains("Disk on fire.", node.Failure().Message, StringComparison.Ordinal);
        _transport.Received(1).StopAsync(Arg.Any<CancellationToken>());
        _transport.DidNotReceive().Send(Arg.Any<RaftMember>(), Arg.Any<RaftMessage>());
        node.AssertNoCallerWaits();
    }

    /// <summary>A node whose disk fails while its transport starts.</summary>
    private LabNode Fail()
    {
        LabNode node = _lab.Node(members: 3, transport: _transport);
        node.Run();
        _lab.World.RunUntilIdle();
        node.Store.FailNext(new IOException("Disk on fire."));
        _lab.Fails<NodeStoppedException, RequestVoteReply>(
            node.Raft.RequestVoteAsync(1, "n2", 0, 0, TestContext.Current.CancellationToken));
        _lab.World.RunUntilIdle();
        return node;
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.Register(() => _started.TrySetCanceled(cancellationToken));
        await _started.Task;
    }
}
