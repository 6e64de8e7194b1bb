using Microsoft.Extensions.Hosting;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>The start of a host: it waits until the node runs, and says what keeps it from running.</summary>
public sealed class StartTests
{
    private readonly HostApplicationBuilder _builder = InMemoryHost.Builder();

    [Fact]
    public async Task Start_WithTheOtherMembersAbsent_DoesNotWaitForALeader()
    {
        Add("n1", "n2", "n3").UseChannelTransport();
        using IHost host = _builder.Build();

        await host.StartAsync(InMemoryHost.Patience());

        Assert.Null(host.Services.Node().Status.Leader);
        Assert.StartsWith(
            "no leader: 1 of 3 voters reachable, 2 needed",
            host.Services.Node().Status.Explanation,
            StringComparison.Ordinal);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task Start_WaitsUntilTheNodeRuns()
    {
        TaskCompletionSource opening = new();
        SpyStore store = new(new InMemoryLogStore()) { OnOpen = () => new ValueTask(opening.Task) };
        Add("n1").UseLogStore(_ => store);
        using IHost host = _builder.Build();

        Task start = host.StartAsync(InMemoryHost.Patience());
        Assert.False(start.IsCompleted);
        opening.SetResult();
        await start;

        Assert.DoesNotContain("not running", host.Services.Node().Status.Explanation, StringComparison.Ordinal);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task StoreThatFailsToOpen_KeepsTheHostFromStarting()
    {
        SpyStore store = new(new InMemoryLogStore()) { OnOpen = () => throw new IOException("The disk is gone.") };
        Add("n1").UseLogStore(_ => store);
        using IHost host = _builder.Build();

        NodeFailedException error = await Assert.ThrowsAsync<NodeFailedException>(() => host.StartAsync(InMemoryHost.Patience()));

        Assert.Contains("The disk is gone.", error.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(error.InnerException);
    }

    [Fact]
    public async Task TransportThatFailsToStart_KeepsTheHostFromStarting()
    {
        Add("n1").UseTransport<Broken>();
        using IHost host = _builder.Build();

        NodeFailedException error = await Assert.ThrowsAsync<NodeFailedException>(() => host.StartAsync(InMemoryHost.Patience()));

        Assert.Contains("could not start: The port is taken. Fix that", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TransportThatFailsToStart_OverAStoreThatIsSlowToClose_KeepsTheHostFromStarting()
    {
        TaskCompletionSource closing = new();
        SpyStore store = new(new InMemoryLogStore()) { OnClose = () => new ValueTask(closing.Task) };
        Add("n1").UseTransport<Broken>().UseLogStore(_ => store);
        using IHost host = _builder.Build();

        Task start = host.StartAsync(InMemoryHost.Patience());
        await host.Services.Node().UntilAsync(status => status.Lifecycle == NodeLifecycle.Failed);
        await InMemoryHost.UntilAsync(() => store.Calls.Contains("close"));
        closing.SetResult();

        await Assert.ThrowsAsync<NodeFailedException>(() => start);
    }

    [Fact]
    public async Task StateMachineThatCannotBeMade_KeepsTheHostFromStarting()
    {
        Add("n1").UseStateMachine<StringLog>(_ => throw new InvalidOperationException("No database."));
        using IHost host = _builder.Build();

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.StartAsync(InMemoryHost.Patience()));

        Assert.Equal("No database.", error.Message);
    }

    [Fact]
    public async Task NodeThatTheProgramRunsItself_KeepsTheHostFromStarting()
    {
        Add("n1");
        using IHost host = _builder.Build();
        using CancellationTokenSource stop = new();
        Task running = host.Services.Node().RunAsync(stop.Token);

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.StartAsync(InMemoryHost.Patience()));

        Assert.Equal("Node n1 is running already.", error.Message);
        await stop.CancelAsync();
        await running.InTimeAsync();
    }

    [Fact]
    public async Task CancelledStart_OverAStoreThatIsStillOpening_Returns()
    {
        TaskCompletionSource opening = new();
        using CancellationTokenSource giveUp = new();
        SpyStore store = new(new InMemoryLogStore())
        {
            OnOpen = () =>
            {
                giveUp.Cancel();
                return new ValueTask(opening.Task);
            },
        };
        Add("n1").UseLogStore(_ => store);
        using IHost host = _builder.Build();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.StartAsync(giveUp.Token).InTimeAsync());

        opening.SetResult();
        await host.Services.Node().UntilAsync(status => status.Lifecycle == NodeLifecycle.Stopped);
    }

    /// <summary>As after Ctrl+C during the start: the end must not wait for a task that the start did not wait for.</summary>
    [Fact]
    public async Task CancelledStart_OverAStoreThatNeverOpens_LetsTheHostBeDisposed()
    {
        using CancellationTokenSource giveUp = new();
        SpyStore store = new(new InMemoryLogStore())
        {
            OnOpen = () =>
            {
                giveUp.Cancel();
                return new ValueTask(new TaskCompletionSource().Task);
            },
        };
        Add("n1").UseLogStore(_ => store);
        IHost host = _builder.Build();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.StartAsync(giveUp.Token).InTimeAsync());

        await ((IAsyncDisposable)host).DisposeAsync().AsTask().InTimeAsync();
    }

    private IRaftNodeBuilder Add(params string[] members) =>
        _builder.Services.AddRaftNode("n1", options => options.Members = [.. members.Select(static id => new RaftMember(id))]);

    private sealed class Broken : ITransport
    {
        public bool LeavesProcess => false;

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
            throw new IOException("The port is taken.");

        public void Send(RaftMember to, RaftMessage message)
        {
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
