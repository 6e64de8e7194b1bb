using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>How workers that do as they should end, whatever else ends or blocks at that time.</summary>
public sealed class WorkerEndTests : IDisposable
{
    private const int Ended = 211;
    private const int Failed = 212;
    private const int LeftBehind = 217;

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly Scripts _scripts = new();

    public void Dispose() => _logged.Dispose();

    /// <summary>It is often the first to notice: its proposals are refused while its node still leads.</summary>
    [Fact]
    public async Task WorkerThatProposes_WhenItsNodeIsDisposed_HasNotFailed()
    {
        _scripts.First = static async (leadership, _) =>
        {
            while (true)
            {
                await leadership.ProposeAsync("x", CancellationToken.None);
            }
        };
        using IHost host = await StartAsync();

        await host.Services.Node().DisposeAsync();

        await BothHaveEndedAsync();
        Assert.DoesNotContain(Failed, _logged.Ids);
        await StopAsync(host);
    }

    /// <summary>The token of the leadership may be cancelled shortly before that of the worker.</summary>
    [Fact]
    public async Task WorkerThatWaitsWithTheTokenOfItsLeadership_HasNotFailedAtTheLoss()
    {
        _scripts.First = static (leadership, _) => Task.Delay(Timeout.Infinite, leadership.Lost);
        using IHost host = await StartAsync();

        await host.Services.Node().DeposeAsync();

        await BothHaveEndedAsync();
        Assert.DoesNotContain(Failed, _logged.Ids);
        await StopAsync(host);
    }

    /// <summary>Callbacks on a token run one after another, and the latest first.</summary>
    [Fact]
    public async Task CallbackOnTheLoss_ThatBlocks_HoldsUpNoWorker()
    {
        using ManualResetEventSlim gate = new();
        _scripts.First = (leadership, token) =>
        {
            leadership.Lost.Register(() => gate.Wait(InMemoryHost.Patience()));
            return Task.Delay(Timeout.Infinite, token);
        };
        using IHost host = await StartAsync();

        await host.Services.Node().DeposeAsync();

        await BothHaveEndedAsync();
        gate.Set();
        await StopAsync(host);
    }

    /// <summary>The second is stopped first, and uses up the time of both.</summary>
    [Fact]
    public async Task WorkerNextToOneThatIgnoresTheStop_EndsAtOnceAndIsNotBlamed()
    {
        TaskCompletionSource deaf = new();
        _scripts.Second = (_, _) => deaf.Task;
        using IHost host = await StartAsync();

        Task stop = host.StopAsync(InMemoryHost.Patience());
        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(Ended)); // without any time
        await EndAsync(stop);

        await InMemoryHost.UntilAsync(() => _logged.Ids.Contains(LeftBehind));
        Assert.Contains(nameof(Second), Assert.Single(_logged.Of(LeftBehind)).Message, StringComparison.Ordinal);
        deaf.SetResult();
    }

    private async Task<IHost> StartAsync()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_scripts).AddSingleton<ILoggerFactory>(_logged);
        builder.Services.AddRaftNode("n1", static options => options.Members = ["n1"]).RunOnLeader<First>().RunOnLeader<Second>();
        IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        await InMemoryHost.UntilAsync(() => Volatile.Read(ref _scripts.Started) == 2);
        return host;
    }

    private Task BothHaveEndedAsync() => InMemoryHost.UntilAsync(() => _logged.Ids.Count(static id => id is Ended or Failed) == 2);

    private Task StopAsync(IHost host) => EndAsync(host.StopAsync(InMemoryHost.Patience()));

    private async Task EndAsync(Task stop)
    {
        while (!stop.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await stop;
    }

    private sealed class Scripts
    {
        public int Started;

        public Func<Leadership, CancellationToken, Task> First { get; set; } = static (_, token) => Task.Delay(Timeout.Infinite, token);

        public Func<Leadership, CancellationToken, Task> Second { get; set; } = static (_, token) => Task.Delay(Timeout.Infinite, token);

        public Task RunAsync(Func<Leadership, CancellationToken, Task> script, Leadership leadership, CancellationToken token)
        {
            Task running = script(leadership, token);
            Interlocked.Increment(ref Started);
            return running;
        }
    }

    private sealed class First(Scripts scripts) : ILeaderWorker
    {
        public Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken) =>
            scripts.RunAsync(scripts.First, leadership, cancellationToken);
    }

    private sealed class Second(Scripts scripts) : ILeaderWorker
    {
        public Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken) =>
            scripts.RunAsync(scripts.Second, leadership, cancellationToken);
    }
}
