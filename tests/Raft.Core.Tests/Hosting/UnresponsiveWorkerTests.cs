using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>Workers that ignore their token, block, or fail: they are named, and hold up neither the node nor the host.</summary>
public sealed class UnresponsiveWorkerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly Script _script = new();

    public void Dispose() => _logged.Dispose();

    [Fact]
    public async Task WorkerThatIgnoresTheLoss_IsReportedOnceAMinuteAndWhenItEnds()
    {
        TaskCompletionSource deaf = new();
        _script.Body = (_, _) => deaf.Task;
        using IHost host = await StartAsync();
        await _script.NextAsync();
        await host.Services.Node().DeposeAsync();

        await AdvanceUntilAsync(() => _logged.Ids.Contains(214), TimeSpan.FromSeconds(1));
        Assert.Contains("no worker starts for a later leadership", Last(214), StringComparison.Ordinal);
        Assert.Contains(nameof(Scripted), Last(214), StringComparison.Ordinal);
        await AdvanceUntilAsync(() => _logged.Ids.Count(static id => id == 214) >= 3, TimeSpan.FromSeconds(30));
        Assert.False(_script.AnyMore);
        deaf.SetResult();

        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(215));
        await _script.NextAsync(); // the leadership that it has kept waiting
        await StopAsync(host);
    }

    [Fact]
    public async Task WorkerThatMayOverlap_DoesNotKeepTheNextOneWaiting()
    {
        TaskCompletionSource deaf = new();
        _script.MayOverlap = true;
        _script.Body = (number, _) => number == 1 ? deaf.Task : Task.CompletedTask;
        using IHost host = await StartAsync();
        await _script.NextAsync();
        await host.Services.Node().DeposeAsync();

        await AdvanceUntilAsync(() => _script.AnyMore, TimeSpan.FromSeconds(1));
        deaf.SetResult();
        await StopAsync(host);
    }

    [Fact]
    public async Task WorkersThatIgnoreTheStop_AreNamedAndLeaveTheNodeItsTime()
    {
        TaskCompletionSource deaf = new();
        _script.Body = (_, _) => deaf.Task;
        using IHost host = await StartAsync(node => node.RunOnLeader<Scripted>());
        await _script.NextAsync();
        await _script.NextAsync();

        await StopAsync(host);

        await InMemoryHost.UntilAsync(() => _logged.Ids.Count(static id => id == 217) == 2);
        Assert.DoesNotContain(201, _logged.Ids);
        Assert.Equal(NodeLifecycle.Stopped, host.Services.Node().Status.Lifecycle);
        deaf.SetResult();
    }

    [Fact]
    public async Task DeadlineOfANodesWorkers_IsTheSameForAllOfThem()
    {
        using IHost host = await StartAsync();
        LeaderWorkerDeadlines deadlines = host.Services.GetRequiredService<LeaderWorkerDeadlines>();
        NodeDirectory nodes = host.Services.GetRequiredService<NodeDirectory>();
        TimeSpan limit = TimeSpan.FromSeconds(5);

        Assert.Equal(limit, deadlines.BeginStop(nodes.Nodes[0], limit));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(1), deadlines.BeginStop(nodes.Nodes[0], limit));

        await StopAsync(host);
    }

    [Fact]
    public async Task WorkerThatBlocksItsThread_HoldsUpNeitherTheStopNorTheNode()
    {
        using ManualResetEventSlim gate = new();
        _script.Body = (_, _) =>
        {
            gate.Wait(InMemoryHost.Patience());
            return Task.CompletedTask;
        };
        using IHost host = await StartAsync();
        await _script.NextAsync();

        await StopAsync(host);

        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(217));
        Assert.Equal(NodeLifecycle.Stopped, host.Services.Node().Status.Lifecycle);
        gate.Set();
        await InMemoryHost.UntilAsync(() => _script.HasEnded);
    }

    [Fact]
    public async Task CallbackOnTheToken_ThatThrows_IsReportedAndEndsNothing()
    {
        TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _script.Body = (_, token) =>
        {
            Task wait = Task.Delay(Timeout.Infinite, token);
            token.Register(static () => throw new FormatException("Broken.")); // runs first: callbacks run in the reverse order
            registered.TrySetResult();
            return wait;
        };
        using IHost host = await StartAsync();
        await _script.NextAsync();
        await registered.Task; // on a token that is cancelled already, the worker itself would throw
        await host.Services.Node().DeposeAsync();

        await AdvanceUntilAsync(() => _script.AnyMore, TimeSpan.FromSeconds(1));

        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(218));
        await StopAsync(host);
    }

    [Fact]
    public async Task WorkerThatFails_WithExceptionsIgnored_StartsAgainWithTheNextLeadership()
    {
        _script.Body = static (number, _) => number == 1 ? throw new FormatException("Broken.") : Task.CompletedTask;
        using IHost host = await StartAsync(configure: static services => services.Configure<HostOptions>(
            static options => options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore));
        await _script.NextAsync();
        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(212));
        await host.Services.Node().DeposeAsync();

        await AdvanceUntilAsync(() => _script.AnyMore, TimeSpan.FromSeconds(1));

        Assert.Single(_logged.Ids, static id => id == 212);
        await StopAsync(host);
    }

    [Fact]
    public async Task WorkerThatReturnsEarly_IsReportedAsSuch()
    {
        _script.Body = static (_, _) => Task.CompletedTask;
        using IHost host = await StartAsync();
        await _script.NextAsync();

        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(216));

        Assert.DoesNotContain(211, _logged.Ids);
        await StopAsync(host);
    }

    private string Last(int id) => _logged.Of(id).Last().Message;

    private async Task<IHost> StartAsync(Action<IRaftNodeBuilder>? more = null, Action<IServiceCollection>? configure = null)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_script).AddSingleton<ILoggerFactory>(_logged);
        IRaftNodeBuilder node = builder.Services.AddRaftNode("n1", options => options.Members = ["n1"]).RunOnLeader<Scripted>();
        more?.Invoke(node);
        configure?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        return host;
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step)
    {
        CancellationToken patience = InMemoryHost.Patience();
        while (!condition())
        {
            patience.ThrowIfCancellationRequested();
            _time.Advance(step);
            await Task.Yield();
        }
    }

    private async Task StopAsync(IHost host)
    {
        Task stop = host.StopAsync(InMemoryHost.Patience());
        while (!stop.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await stop;
    }

    private sealed class Script
    {
        private readonly ConcurrentQueue<int> _started = new();
        private int _count;
        private volatile bool _hasEnded;

        public bool MayOverlap { get; set; }

        public Func<int, CancellationToken, Task> Body { get; set; } = static (_, token) => Task.Delay(Timeout.Infinite, token);

        public bool AnyMore => !_started.IsEmpty;

        public bool HasEnded => _hasEnded;

        public async Task RunAsync(CancellationToken token)
        {
            int number = Interlocked.Increment(ref _count);
            _started.Enqueue(number);
            await Body(number, token);
            _hasEnded = true;
        }

        public async Task NextAsync()
        {
            await InMemoryHost.UntilAsync(() => AnyMore);
            Assert.True(_started.TryDequeue(out _));
        }
    }

    private sealed class Scripted(Script script) : ILeaderWorker
    {
        public bool MayOverlap => script.MayOverlap;

        public Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken) => script.RunAsync(cancellationToken);
    }
}
