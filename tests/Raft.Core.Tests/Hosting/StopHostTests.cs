using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>The stop of a host: in good order, and without anybody left waiting.</summary>
public sealed class StopHostTests
{
    private readonly HostApplicationBuilder _builder = InMemoryHost.Builder();

    [Fact]
    public async Task Stop_ReportsToEachCallerHowItsProposalEnded()
    {
        Gated machine = new();
        Add().UseStateMachine(_ => machine);
        using IHost host = _builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        RaftNode node = host.Services.Node();
        await node.WaitForLeadershipAsync(InMemoryHost.Patience());
        Task<Committed>[] proposals =
            [.. Enumerable.Range(0, 8).Select(number => node.ProposeAsync($"{number}", InMemoryHost.Patience()).AsTask())];
        await node.UntilAsync(status => status.CommitIndex >= 9);

        await InMemoryHost.UntilAsync(() => machine.IsWaiting);
        Task stop = host.StopAsync(InMemoryHost.Patience());
        machine.IsOpen = true;
        machine.Release();
        await stop;

        await Task.WhenAll(proposals).InTimeAsync(); // all are committed
        await Assert.ThrowsAsync<NodeStoppedException>(() => node.ProposeAsync("late", InMemoryHost.Patience()).AsTask());
    }

    [Fact]
    public async Task Stop_WithAStateMachineThatHangs_LeavesTheOutcomeUnknown()
    {
        Gated machine = new() { StopsOnCancellation = true };
        Add(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(1)).UseStateMachine(_ => machine);
        using IHost host = _builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        RaftNode node = host.Services.Node();
        await node.WaitForLeadershipAsync(InMemoryHost.Patience());
        Task<Committed> proposal = node.ProposeAsync("never", InMemoryHost.Patience()).AsTask();
        await node.UntilAsync(status => status.CommitIndex >= 2);

        await host.StopAsync(InMemoryHost.Patience());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => proposal.InTimeAsync());
    }

    [Fact]
    public async Task Stop_WithAnExpiredToken_AbandonsAStoreThatHangs()
    {
        TaskCompletionSource closing = new();
        SpyStore store = new(new InMemoryLogStore()) { OnClose = () => new ValueTask(closing.Task) };
        Add().UseLogStore(_ => store);
        IHost host = _builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        RaftNode node = host.Services.Node();
        IHostedService service = Assert.Single(host.Services.GetServices<IHostedService>());

        await service.StopAsync(new CancellationToken(canceled: true)).InTimeAsync();
        await ((IAsyncDisposable)host).DisposeAsync().AsTask().InTimeAsync(); // as RunAsync of the host does at its end

        Assert.False(closing.Task.IsCompleted);
        closing.SetResult();
        await node.UntilAsync(status => status.Lifecycle == NodeLifecycle.Stopped);
    }

    [Fact]
    public async Task Dispose_WithoutAStop_StopsTheNode()
    {
        Add();
        IHost host = _builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        RaftNode node = host.Services.Node();

        await ((IAsyncDisposable)host).DisposeAsync().AsTask().InTimeAsync();

        Assert.Equal(NodeLifecycle.Stopped, node.Status.Lifecycle);
    }

    [Fact]
    public async Task ThreeNodesUnderLoad_StopWithinTheHostsTimeoutAndLeaveNoCallerWaiting()
    {
        string[] ids = ["n1", "n2", "n3"];
        foreach (string id in ids)
        {
            _builder.Services.AddRaftNode(id, options => options.Members = ["n1", "n2", "n3"]).UseChannelTransport();
        }

        using IHost host = _builder.Build(); // with the host's own shutdown timeout, of 30 seconds
        await host.StartAsync(InMemoryHost.Patience());
        RaftNode[] nodes = [.. ids.Select(id => host.Services.Node(id))];
        await nodes[0].WaitForLeaderAsync(InMemoryHost.Patience());
        TaskCompletionSource loaded = new();
        int committed = 0;
        Task[] proposers = [.. Enumerable.Range(0, 64).Select(number => ProposeUntilStoppedAsync(nodes[number % nodes.Length], () =>
        {
            if (Interlocked.Increment(ref committed) == 200)
            {
                loaded.SetResult();
            }
        }))];
        await loaded.Task.InTimeAsync();

        await host.StopAsync(InMemoryHost.Patience());

        await Task.WhenAll(proposers).InTimeAsync();
        Assert.All(nodes, node => Assert.Equal(NodeLifecycle.Stopped, node.Status.Lifecycle));
        Assert.All(nodes, node => Assert.Equal(0, node.LiveCalls));
    }

    /// <summary>Ends only when the node refuses because it has stopped; every other outcome is one of those that callers know.</summary>
    private static async Task ProposeUntilStoppedAsync(RaftNode node, Action committed)
    {
        while (true)
        {
            try
            {
                await node.ProposeAsync("load", CancellationToken.None);
                committed();
            }
            catch (NodeStoppedException)
            {
                return;
            }
            catch (RaftException exception) when (exception is ProposalRefusedException or OutcomeUnknownException)
            {
                await Task.Yield();
            }
        }
    }

    private IRaftNodeBuilder Add(Action<RaftNodeOptions>? configure = null) => _builder.Services.AddRaftNode("n1", options =>
    {
        options.Members = ["n1"];
        configure?.Invoke(options);
    });
}
