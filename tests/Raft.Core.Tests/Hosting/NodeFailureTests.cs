using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>A node that fails stops its host, unless this is switched off.</summary>
public sealed class NodeFailureTests
{
    [Fact]
    public async Task FailedNode_StopsItsHostAndMakesItsStopFail()
    {
        using IHost host = await StartAsync(stopHostOnFailure: true);
        TaskCompletionSource stopping = new();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await FailAsync(host.Services.Node("n1"));

        await stopping.Task.InTimeAsync();
        NodeFailedException failure = await Assert.ThrowsAsync<NodeFailedException>(() => host.StopAsync(InMemoryHost.Patience()));
        Assert.Contains("Cannot digest it.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(NodeLifecycle.Stopped, host.Services.Node("n2").Status.Lifecycle); // the other one stops in good order
    }

    [Fact]
    public async Task FailedNode_EndsARunningProgramWithItsFailure()
    {
        using IHost host = await StartAsync(stopHostOnFailure: true);
        Task program = host.WaitForShutdownAsync(InMemoryHost.Patience());

        await FailAsync(host.Services.Node("n1"));

        await Assert.ThrowsAsync<NodeFailedException>(() => program.InTimeAsync());
    }

    [Fact]
    public async Task FailedNode_WithStopHostOnFailureOff_DoesNotStopTheHost()
    {
        using IHost host = await StartAsync(stopHostOnFailure: false);

        await FailAsync(host.Services.Node("n1"));
        await host.Services.Node("n1").DisposeAsync(); // all that follows a failure is over
        await host.Services.Node("n2").WaitForLeadershipAsync(InMemoryHost.Patience());
        await host.Services.Node("n2").ProposeAsync("continues", InMemoryHost.Patience());

        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync(InMemoryHost.Patience());
    }

    /// <summary>A logging provider that throws is no reason to leave a host running without its node.</summary>
    [Fact]
    public async Task FailedNode_UnderALoggerThatThrows_StillStopsItsHost()
    {
        using IHost host = await StartAsync(stopHostOnFailure: true, new ThrowingLog());
        TaskCompletionSource stopping = new();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await FailAsync(host.Services.Node("n1"));

        await stopping.Task.InTimeAsync();
        await Assert.ThrowsAsync<NodeFailedException>(() => host.StopAsync(InMemoryHost.Patience()));
    }

    /// <summary>The host disposes its logger after the stop. The last message of the node must be written by then.</summary>
    [Fact]
    public async Task FailureAtTheVeryEnd_IsLoggedBeforeTheLoggerIsDisposed()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        SlowLog log = new();
        builder.Services.AddSingleton<ILoggerProvider>(_ => log);
        builder.Services.AddRaftNode("n1", options => (options.Members, options.StopHostOnFailure) = (["n1"], false))
            .UseLogStore(_ => new SpyStore(new InMemoryLogStore()) { OnClose = () => throw new IOException("The disk is gone.") });
        IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());

        Task stop = host.StopAsync(InMemoryHost.Patience());
        await log.IsWriting.Task.InTimeAsync();
        Assert.False(stop.IsCompleted);
        log.MayWrite.Set();
        await stop;
        await ((IAsyncDisposable)host).DisposeAsync();

        Assert.Contains("The disk is gone.", log.Written, StringComparison.Ordinal);
    }

    private static async Task<IHost> StartAsync(bool stopHostOnFailure, ILoggerProvider? log = null)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        foreach (string id in new[] { "n1", "n2" })
        {
            builder.Services.AddRaftNode(id, options => (options.Members, options.StopHostOnFailure) = ([id], stopHostOnFailure))
                .UseStateMachine<Fragile>();
        }

        IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        return host;
    }

    private static async Task FailAsync(RaftNode node)
    {
        await node.WaitForLeadershipAsync(InMemoryHost.Patience());
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => node.ProposeAsync("bad", InMemoryHost.Patience()).AsTask());
        await node.UntilAsync(status => status.Lifecycle == NodeLifecycle.Failed);
    }

    private sealed class ThrowingLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Raft", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("The log is full.");

        public void Dispose()
        {
        }
    }

    /// <summary>Writes the node's failure when it is let, and not after it was disposed.</summary>
    private sealed class SlowLog : ILoggerProvider, ILogger
    {
        private volatile bool _isDisposed;

        public TaskCompletionSource IsWriting { get; } = new();

        public ManualResetEventSlim MayWrite { get; } = new();

        public string Written { get; private set; } = string.Empty;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 102)
            {
                IsWriting.TrySetResult();
                MayWrite.Wait(InMemoryHost.Patience());
                Written = _isDisposed ? "too late" : formatter(state, exception);
            }
        }

        public void Dispose() => _isDisposed = true;
    }
}
