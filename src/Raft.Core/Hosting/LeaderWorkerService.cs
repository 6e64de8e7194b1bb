using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Raft;

/// <summary>
/// Starts a worker for each leadership of a node, and waits until it has ended before it starts the next, unless the worker permits it to
/// overlap.
/// </summary>
/// <typeparam name="TWorker">The worker.</typeparam>
[SuppressMessage("Design", "CA1001", Justification = "BackgroundService disposes what it owns; the runs end by themselves.")]
internal sealed class LeaderWorkerService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorker>
    : BackgroundService
    where TWorker : class, ILeaderWorker
{
    private readonly NodeRegistration _registration;
    private readonly IServiceProvider _provider;
    private readonly IOptionsMonitor<RaftNodeOptions> _options; // found now: a provider that is disposed before the stop finds nothing
    private readonly LeaderWorkerDeadlines _deadlines;
    private readonly IClock _clock;
    private readonly LeaderWorkerLog _log;
    private readonly CompletionSourcePool<bool> _sources = new(PoolScheduler.Shared, new LiveCount());
    private readonly CompletionSource<bool> _over; // completes when the service has ended, or with the first failure of a worker
    private readonly PendingCaller<bool> _overCaller;
    private readonly List<LeaderWorkerRun<TWorker>> _runs = []; // those that have not ended; used by the loop, and after it
    private NodeId _nodeId;
    private Task _loop = Task.CompletedTask;

    public LeaderWorkerService(NodeRegistration registration, IServiceProvider provider)
    {
        _registration = registration;
        _provider = provider;
        _options = provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>();
        _deadlines = provider.GetRequiredService<LeaderWorkerDeadlines>();
        _clock = provider.GetRequiredService<HostClock>().Clock;
        _log = new LeaderWorkerLog(provider.GetRequiredService<HostLog>().Logger, typeof(TWorker).Name);
        _over = _sources.Rent(CancellationToken.None);
        _overCaller = _over.Caller;
    }

    private RaftNodeOptions Options => _options.Get(_registration.OptionsName);

    /// <summary>
    /// Stops the workers. One that ignores its token is left behind in time for the node to stop in good order, and named.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        TimeSpan allowed = Options.ShutdownTimeout;
        TimeSpan left = _deadlines.BeginStop(_registration, allowed);
        using TimeLimit limit = new(_clock, left, cancellationToken);
        await base.StopAsync(limit.Token).ConfigureAwait(false);
        await _loop.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_loop.IsCompleted)
        {
            _log.LeftBehind(_nodeId, allowed);
        }
    }

    /// <summary>Runs until the host or the node stops, or a worker fails. After a failure, the host decides whether it continues.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _loop = LoopAsync(stoppingToken);
        await _over.Task.ConfigureAwait(false);
    }

    private async Task LoopAsync(CancellationToken serviceStops)
    {
        using CancellationTokenSource stops = CancellationTokenSource.CreateLinkedTokenSource(
            serviceStops, _deadlines.StoppingOf(_registration));
        CancellationToken stoppingToken = stops.Token;
        try
        {
            RaftNode node = _registration.Get<RaftNode>(_provider);
            _nodeId = node.Id;
            while (await NextAsync(node, stoppingToken).ConfigureAwait(false) is { } leadership)
            {
                LeaderWorkerRun<TWorker> run = new(
                    node, leadership, _provider, _log, _sources, _clock, Options.MaximumElectionTimeout, _overCaller);
                if (run.TryStart(stoppingToken))
                {
                    _runs.Add(run);
                }

                await WaitForLossAsync(node, leadership, stoppingToken).ConfigureAwait(false);
                await EndRunsAsync(all: false).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the host stops
        }
        catch (Exception exception)
        {
            _overCaller.Fail(exception);
            throw;
        }

        await EndRunsAsync(all: true).ConfigureAwait(false);
        _overCaller.Succeed(true);
    }

    /// <summary>Waits for the ends of the runs that the next one must not overlap, or of all.</summary>
    private async ValueTask EndRunsAsync(bool all)
    {
        _runs.RemoveAll(static run => run.HasEnded);
        foreach (LeaderWorkerRun<TWorker> run in _runs)
        {
            if (all || !run.MayOverlap)
            {
                await run.Ended.ConfigureAwait(false);
            }
        }

        _runs.RemoveAll(static run => run.HasEnded);
    }

    /// <summary>Waits for the next leadership; returns null if the node has ended.</summary>
    private static async ValueTask<Leadership?> NextAsync(RaftNode node, CancellationToken stoppingToken)
    {
        try
        {
            return await node.WaitForLeadershipAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (NodeStoppedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Waits for the token and does not look at the status: they do not change together, and a worker must not start twice in
    /// between.
    /// </summary>
    private static async ValueTask WaitForLossAsync(RaftNode node, Leadership leadership, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(leadership.Ended, stoppingToken);
        try
        {
            await node.WaitForCancellationAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leadership.Ended.IsCancellationRequested)
        {
            // lost
        }
    }
}
