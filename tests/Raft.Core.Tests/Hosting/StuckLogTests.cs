using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>A logging provider that blocks, such as a pipe that nobody reads, holds up neither workers nor the host.</summary>
public sealed class StuckLogTests : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose()
    {
        _gate.Dispose();
        _logged.Dispose();
    }

    [Fact]
    public async Task Host_StartsItsWorkersAndStops()
    {
        _logged.OnWrite = _ => _gate.Wait(InMemoryHost.Patience());
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<ILoggerFactory>(new OwnMessagesOnly(_logged)).AddSingleton(started);
        builder.Services.AddRaftNode("n1", static options => options.Members = ["n1"]).RunOnLeader<Worker>();
        using IHost host = builder.Build();

        await host.StartAsync(InMemoryHost.Patience());
        await started.Task.InTimeAsync();
        await host.StopAsync(InMemoryHost.Patience());

        Assert.Equal(NodeLifecycle.Stopped, host.Services.Node().Status.Lifecycle);
        Assert.Empty(_logged.All);
        _gate.Set();
        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(101) && _logged.Ids.Contains(211));
        Assert.DoesNotContain(201, _logged.Ids); // the node was not late, the log was
    }

    [Fact]
    public async Task StartThatIsRefused_HasBeenLoggedWhenItThrows()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<ILoggerFactory>(new OwnMessagesOnly(_logged));
        builder.Services.AddRaftNode("n1", static options => options.Members = ["n1"])
            .UseLogStore(static _ => new SpyStore(new InMemoryLogStore()) { OnOpen = static () => ValueTask.FromException(new IOException("No disk.")) });
        using IHost host = builder.Build();

        await Assert.ThrowsAsync<NodeFailedException>(() => host.StartAsync(InMemoryHost.Patience()));

        Assert.Contains(102, _logged.Ids);
        Assert.Contains(200, _logged.Ids);
    }

    [Fact]
    public async Task Flush_WaitsForTheMessagesOfStoresAndTransports()
    {
        _logged.OnWrite = _ => _gate.Wait(InMemoryHost.Patience());
        using IHost host = BuildIdle();
        ILogger ofPort = RaftLoggers.Create(host.Services.GetRequiredService<ILoggerFactory>());
        ofPort.Log(LogLevel.Warning, new EventId(305), "slow", exception: null, static (text, _) => text);

        Task flush = host.Services.GetRequiredService<HostLog>().FlushAsync(node: null).AsTask();
        Assert.False(flush.IsCompleted);
        _gate.Set();
        await flush.InTimeAsync();

        Assert.Equal([305], _logged.Ids);
    }

    [Fact]
    public async Task Flush_OfSeveralNodes_WaitsForAStuckProviderOnlyOnce()
    {
        _logged.OnWrite = _ => _gate.Wait(InMemoryHost.Patience());
        using IHost host = BuildIdle();
        HostLog log = host.Services.GetRequiredService<HostLog>();
        log.Logger.Log(LogLevel.Warning, new EventId(201), "stuck", exception: null, static (text, _) => text);

        Task first = log.FlushAsync(node: null).AsTask();
        CancellationToken patience = InMemoryHost.Patience();
        while (!first.IsCompleted)
        {
            patience.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await log.FlushAsync(node: null).AsTask().InTimeAsync(); // no time passes
        _gate.Set();
        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(201));
    }

    private IHost BuildIdle()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton<ILoggerFactory>(new OwnMessagesOnly(_logged));
        builder.Services.AddRaftNode("n1", static options => options.Members = ["n1"]);
        return builder.Build();
    }

    /// <summary>The host's own messages are not in question: it writes them itself.</summary>
    private sealed class OwnMessagesOnly(RecordingLoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Raft", StringComparison.Ordinal)
            ? inner.CreateLogger(categoryName)
            : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Worker(TaskCompletionSource started) : ILeaderWorker
    {
        public Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken)
        {
            started.SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
