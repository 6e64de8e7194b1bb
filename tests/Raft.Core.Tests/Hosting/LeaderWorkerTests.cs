using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Raft.Tests.Hosting;

/// <summary>RunOnLeader: a worker for each leadership, one after the other.</summary>
public sealed class LeaderWorkerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RunRecords _works = new();

    [Fact]
    public async Task Worker_StartsWhenTheNodeLeads()
    {
        using IHost host = await StartAsync();

        RunRecord work = await _works.NextAsync();

        Assert.Same(host.Services.Node(), work.Node);
        Assert.Equal(host.Services.Node().Status.Term, work.Term);
        Assert.False(work.Token.IsCancellationRequested);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task Worker_IsCancelledAndDisposedWhenTheHostStops()
    {
        using IHost host = await StartAsync();
        RunRecord work = await _works.NextAsync();

        await host.StopAsync(InMemoryHost.Patience());

        Assert.True(work.Token.IsCancellationRequested);
        Assert.Equal(["worker", "scope"], work.Disposed);
    }

    [Fact]
    public async Task Worker_IsCancelledWhenTheLeadershipIsLost()
    {
        using IHost host = await StartAsync();
        RunRecord work = await _works.NextAsync();

        await host.Services.Node().DeposeAsync();

        await work.Ended.Task.InTimeAsync();
        Assert.True(work.Token.IsCancellationRequested);
        await host.StopAsync(InMemoryHost.Patience());
    }

    /// <summary>A worker that proposes is often the first to notice the loss. This is not a failure, and the host continues.</summary>
    [Fact]
    public async Task WorkerWhoseProposalIsRefusedAfterTheLoss_EndsAsItShould()
    {
        _works.Body = async (work, _) =>
        {
            if (work.Number == 1)
            {
                await work.Node.WaitForStatusAsync(status => status.Term > work.Term, InMemoryHost.Patience());
                await work.Node.ProposeAsync("late", CancellationToken.None);
            }
        };
        using IHost host = await StartAsync();
        RunRecord first = await _works.NextAsync();
        await host.Services.Node().DeposeAsync();
        await first.Ended.Task.InTimeAsync();
        await ReelectAsync(host.Services.Node());

        RunRecord second = await _works.NextAsync();

        Assert.True(second.Term > first.Term);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task NextLeadership_GetsAWorkerOfItsOwnInAScopeOfItsOwn()
    {
        using IHost host = await StartAsync();
        RunRecord first = await _works.NextAsync();
        await host.Services.Node().DeposeAsync();
        await ReelectAsync(host.Services.Node());

        RunRecord second = await _works.NextAsync();

        Assert.True(second.Term > first.Term);
        Assert.NotSame(first.Worker, second.Worker);
        Assert.NotSame(first.Scope, second.Scope);
        Assert.Equal(["worker", "scope"], first.Disposed);
        Assert.Empty(second.Disposed);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task NextLeadership_WaitsForAWorkerThatIsSlowToEnd()
    {
        TaskCompletionSource slow = new();
        _works.Body = (work, _) => work.Number == 1 ? slow.Task : Task.CompletedTask;
        using IHost host = await StartAsync();
        RunRecord first = await _works.NextAsync();
        await host.Services.Node().DeposeAsync();
        await ReelectAsync(host.Services.Node());

        Assert.False(_works.AnyMore);
        slow.SetResult();
        RunRecord second = await _works.NextAsync();

        Assert.True(first.Token.IsCancellationRequested);
        Assert.Equal(host.Services.Node().Status.Term, second.Term);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task LeadershipLostWhileTheLastWorkerEnded_GetsNoWorker()
    {
        TaskCompletionSource slow = new();
        _works.Body = (work, _) => work.Number == 1 ? slow.Task : Task.CompletedTask;
        using IHost host = await StartAsync();
        await _works.NextAsync();
        RaftNode node = host.Services.Node();
        await node.DeposeAsync();
        await ReelectAsync(node);
        long passed = node.Status.Term;
        await node.DeposeAsync();
        slow.SetResult();
        await ReelectAsync(node);

        RunRecord second = await _works.NextAsync();

        Assert.True(second.Term > passed);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task WorkerThatReturnsEarly_DoesNotStartAgainInItsTerm()
    {
        _works.Body = (_, _) => Task.CompletedTask;
        using IHost host = await StartAsync();
        RaftNode node = host.Services.Node();
        RunRecord first = await _works.NextAsync();
        await first.Ended.Task.InTimeAsync();
        for (int i = 0; i < 20; i++)
        {
            await node.ProposeAsync("changes the status", InMemoryHost.Patience());
        }

        Assert.False(_works.AnyMore);
        await node.DeposeAsync();
        await ReelectAsync(node);
        Assert.True((await _works.NextAsync()).Term > first.Term);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Theory]
    [InlineData(typeof(FormatException))]
    [InlineData(typeof(NodeStoppedException))] // of another node, say: this one has not stopped
    [InlineData(typeof(OperationCanceledException))] // of another token
    public async Task WorkerThatThrows_StopsTheHostAsABackgroundServiceDoes(Type type)
    {
        _works.Body = (_, _) => Task.FromException((Exception)Activator.CreateInstance(type)!);
        using IHost host = Build();
        TaskCompletionSource stopping = new();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await host.StartAsync(InMemoryHost.Patience());

        await stopping.Task.InTimeAsync();
        RunRecord work = await _works.NextAsync();
        Assert.Equal(["worker", "scope"], work.Disposed);
        await Record.ExceptionAsync(() => host.StopAsync(InMemoryHost.Patience()));
    }

    [Fact]
    public async Task WorkerThatThrows_WithExceptionsIgnored_DoesNotStopTheHost()
    {
        _works.Body = (_, _) => throw new FormatException("Broken.");
        using IHost host = Build(services => services.Configure<HostOptions>(
            options => options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore));
        await host.StartAsync(InMemoryHost.Patience());
        RunRecord work = await _works.NextAsync();
        await work.Ended.Task.InTimeAsync();

        await host.Services.Node().ProposeAsync("continues", InMemoryHost.Patience());

        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task SeveralWorkers_AllRun()
    {
        using IHost host = Build(services => services.AddSingleton(new OtherWorkerStarted()), node => node.RunOnLeader<OtherWorker>());
        await host.StartAsync(InMemoryHost.Patience());

        await _works.NextAsync();
        await host.Services.GetRequiredService<OtherWorkerStarted>().Started.Task.InTimeAsync();

        await host.StopAsync(InMemoryHost.Patience());
    }

    private async Task<IHost> StartAsync()
    {
        IHost host = Build();
        await host.StartAsync(InMemoryHost.Patience());
        return host;
    }

    private IHost Build(Action<IServiceCollection>? more = null, Action<IRaftNodeBuilder>? also = null)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_works).AddScoped<Scope>();
        IRaftNodeBuilder node = builder.Services.AddRaftNode("n1", options => options.Members = ["n1"]).RunOnLeader<Worker>();
        also?.Invoke(node);
        more?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Lets the election timeout pass, as often as it takes.</summary>
    private async Task ReelectAsync(RaftNode node)
    {
        CancellationToken patience = InMemoryHost.Patience();
        while (node.Status.Role != RaftRole.Leader)
        {
            patience.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    /// <summary>What the test knows of one worker.</summary>
    private sealed record RunRecord(int Number, Worker Worker, Scope Scope, RaftNode Node, long Term, CancellationToken Token)
    {
        public List<string> Disposed => Scope.Disposed;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class RunRecords
    {
        private readonly Channel<RunRecord> _started = Channel.CreateUnbounded<RunRecord>();
        private int _count;

        public Func<RunRecord, CancellationToken, Task> Body { get; set; } = static (work, token) =>
            work.Node.WaitForCancellationAsync(token).AsTask();

        public bool AnyMore => _started.Reader.TryPeek(out _);

        public int NextNumber() => ++_count;

        public void Add(RunRecord work) => Assert.True(_started.Writer.TryWrite(work));

        public Task<RunRecord> NextAsync() => _started.Reader.ReadAsync(InMemoryHost.Patience()).AsTask();
    }

    private sealed class Scope : IDisposable
    {
        public List<string> Disposed { get; } = [];

        public void Dispose() => Disposed.Add("scope");
    }

    private sealed class Worker(RunRecords works, Scope scope) : ILeaderWorker, IAsyncDisposable
    {
        private RunRecord? _work;

        public async Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken)
        {
            _work = new RunRecord(works.NextNumber(), this, scope, node, leadership.Term, cancellationToken);
            works.Add(_work);
            await works.Body(_work, cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            scope.Disposed.Add("worker");
            _work!.Ended.SetResult();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class OtherWorkerStarted
    {
        public TaskCompletionSource Started { get; } = new();
    }

    private sealed class OtherWorker(OtherWorkerStarted works) : ILeaderWorker
    {
        public Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken)
        {
            works.Started.SetResult();
            return Task.CompletedTask;
        }
    }
}
