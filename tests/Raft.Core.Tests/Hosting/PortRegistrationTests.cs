using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Raft.Testing;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>The ports of a node: those of its builder, and otherwise those of the host.</summary>
public sealed class PortRegistrationTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public async Task UseTransportAndUseLogStore_OfATypeWithDependencies_AreMadeForEachNode()
    {
        _services.AddSingleton<Disk>();
        Add("n1").UseTransport<Wire>().UseLogStore<FileStore>();
        Add("n2").UseTransport<Wire>().UseLogStore<FileStore>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.NotSame(provider.GetRequiredKeyedService<ITransport>("n1"), provider.GetRequiredKeyedService<ITransport>("n2"));
        Assert.NotSame(provider.GetRequiredKeyedService<ILogStore>("n1"), provider.GetRequiredKeyedService<ILogStore>("n2"));
        Assert.IsType<FileStore>(provider.GetRequiredKeyedService<ILogStore>("n1"));
    }

    [Fact]
    public async Task UseLogStore_Twice_TheLastCounts()
    {
        SpyStore first = new(new InMemoryLogStore());
        SpyStore last = new(new InMemoryLogStore());
        Add("n1").UseLogStore(_ => first).UseLogStore(_ => last);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        await RunAsync(provider);

        Assert.Empty(first.Calls);
        Assert.Contains("open", last.Calls);
    }

    [Fact]
    public async Task Container_DisposesThePortsThatItMade()
    {
        _services.AddSingleton<Disk>();
        Add("n1").UseTransport<Wire>().UseLogStore<FileStore>();
        ServiceProvider provider = _services.BuildServiceProvider();
        Disk disk = provider.GetRequiredService<Disk>();
        await RunAsync(provider);

        await provider.DisposeAsync();

        Assert.Equal(["store", "transport"], disk.Disposed.Order());
    }

    [Fact]
    public async Task Container_DoesNotDisposeTheClockAndTheSchedulerThatItWasGiven()
    {
        Shared shared = new();
        Add("n1").UseClock(shared).UseScheduler(shared);
        ServiceProvider provider = _services.BuildServiceProvider();
        Assert.NotNull(provider.Node());

        await provider.DisposeAsync();

        Assert.False(shared.IsDisposed); // other hosts may use it
    }

    [Fact]
    public async Task TimeProvider_OfTheHost_IsUsedByTheNodes()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
        _services.AddSingleton<TimeProvider>(time);
        Add("n1").UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        await RunAsync(provider, new Transfer(1));

        Assert.Equal(time.GetUtcNow(), Assert.Single(provider.GetRequiredService<Account>().Contexts).Time);
    }

    [Fact]
    public async Task UseClock_WithATimeProvider_OverridesTheHosts()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
        _services.AddSingleton(TimeProvider.System);
        Add("n1").UseClock(time).UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        await RunAsync(provider, new Transfer(1));

        Assert.Equal(time.GetUtcNow(), Assert.Single(provider.GetRequiredService<Account>().Contexts).Time);
    }

    [Fact]
    public void UseClockAndUseScheduler_PutTheNodeIntoASimulatedWorld()
    {
        SimulatedWorld world = new();
        Add("n1").UseClock(world.Clock).UseScheduler(world.Scheduler).UseLogStore(_ => world.CreateLogStore());
        ServiceProvider provider = _services.BuildServiceProvider();
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());

        world.Run(service.StartAsync(TestContext.Current.CancellationToken));
        world.RunUntil(() => provider.Node().Status.Role == RaftRole.Leader);
        world.Run(provider.GetRequiredService<IProposer<string, long>>().ProposeAsync("one", TestContext.Current.CancellationToken));
        world.Run(service.StopAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["one"], provider.GetRequiredService<StringLog>().Entries);
    }

    private static async Task RunAsync(ServiceProvider provider, Transfer? transfer = null)
    {
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());
        await service.StartAsync(InMemoryHost.Patience());
        await provider.Node().WaitForLeadershipAsync(InMemoryHost.Patience());
        if (transfer is not null)
        {
            await provider.GetRequiredService<IProposer<Transfer, Balance>>().ProposeAsync(transfer, InMemoryHost.Patience());
        }

        await service.StopAsync(InMemoryHost.Patience());
    }

    private IRaftNodeBuilder Add(string name) => _services.AddRaftNode(name, options => options.Members = [name]);

    private sealed class Disk
    {
        public List<string> Disposed { get; } = [];
    }

    private sealed class Wire(Disk disk) : ITransport, IDisposable
    {
        public bool LeavesProcess => false;

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Send(RaftMember to, RaftMessage message)
        {
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Dispose() => disk.Disposed.Add("transport");
    }

    private sealed class FileStore(Disk disk) : ILogStore, IAsyncDisposable
    {
        private readonly InMemoryLogStore _inner = new();

        public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
            _inner.OpenAsync(clusterId, nodeId, cancellationToken);

        public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) =>
            _inner.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);

        public ValueTask WriteAsync(LogWrite write) => _inner.WriteAsync(write);

        public ValueTask CompactAsync(long throughIndex) => _inner.CompactAsync(throughIndex);

        public ValueTask ResetAsync(long index, long term) => _inner.ResetAsync(index, term);

        public ValueTask CloseAsync() => _inner.CloseAsync();

        public ValueTask DisposeAsync()
        {
            disk.Disposed.Add("store");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Shared : IClock, IScheduler, IDisposable
    {
        public bool IsDisposed { get; private set; }

        public TimeSpan Now => SystemClock.Shared.Now;

        public DateTimeOffset UtcNow => SystemClock.Shared.UtcNow;

        public IClockTimer CreateTimer(Action callback) => SystemClock.Shared.CreateTimer(callback);

        public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => PoolScheduler.Shared.Schedule(item, preferLocal);

        public IBlockingScheduler CreateBlocking(string name) => PoolScheduler.Shared.CreateBlocking(name);

        public void Dispose() => IsDisposed = true;
    }
}
