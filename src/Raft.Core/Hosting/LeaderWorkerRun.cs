using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>
/// One worker's work for one leadership. It runs as a work item of its own on the thread pool, so a worker that blocks, even in its
/// constructor or in a callback on its token, delays nobody else.
/// </summary>
/// <typeparam name="TWorker">The worker.</typeparam>
[SuppressMessage("Design", "CA1001", Justification = "The watch is disposed when the work ends; token sources without timers need not be.")]
internal sealed class LeaderWorkerRun<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorker>
    : IThreadPoolWorkItem
    where TWorker : class, ILeaderWorker
{
    private readonly RaftNode _node;
    private readonly Leadership _leadership;
    private readonly IServiceProvider _provider;
    private readonly LeaderWorkerLog _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly LeaderWorkerWatch _watch;
    private readonly PendingCaller<bool> _end;
    private readonly PendingCaller<bool> _failure;
    private CancellationTokenRegistration _stopRegistration; // ended with the work: the token outlives all leaderships
    private volatile bool _mayOverlap;
    private volatile bool _hasEnded;

    /// <param name="node">The node that leads.</param>
    /// <param name="leadership">Its leadership.</param>
    /// <param name="provider">Creates the worker.</param>
    /// <param name="log">The log messages about it.</param>
    /// <param name="sources">Makes the wait for its end.</param>
    /// <param name="clock">Measures how long it overstays.</param>
    /// <param name="patience">How long it may take to end before that is reported.</param>
    /// <param name="failure">Receives the exception if the worker fails.</param>
    public LeaderWorkerRun(
        RaftNode node,
        Leadership leadership,
        IServiceProvider provider,
        LeaderWorkerLog log,
        CompletionSourcePool<bool> sources,
        IClock clock,
        TimeSpan patience,
        PendingCaller<bool> failure)
    {
        _node = node;
        _leadership = leadership;
        _provider = provider;
        _log = log;
        _watch = new LeaderWorkerWatch(clock, patience, ReportOverstay);
        _failure = failure;
        CompletionSource<bool> end = sources.Rent(CancellationToken.None);
        _end = end.Caller;
        Ended = end.UntypedTask;
    }

    /// <summary>Completes when the work has ended, however it did. Awaited once.</summary>
    public ValueTask Ended { get; }

    /// <summary>Whether the work has ended.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Whether the worker permits the next one to start before it has ended.</summary>
    public bool MayOverlap => _mayOverlap;

    /// <summary>
    /// Starts the work, unless the leadership is lost already. A leader that hands over waits for the end of work that has started. The
    /// token ends it, like the loss of the leadership.
    /// </summary>
    /// <returns>Whether it has started.</returns>
    public bool TryStart(CancellationToken stoppingToken)
    {
        if (!_node.TryBeginLeaderWork(_leadership))
        {
            return false;
        }

        Cancellation cancellation = new(this);
        _stopRegistration = stoppingToken.UnsafeRegister(static state => ((Cancellation)state!).Schedule(), cancellation);
        _ = _leadership.Ended.UnsafeRegister(static state => ((Cancellation)state!).Schedule(), cancellation);
        PoolScheduler.Shared.Schedule(this, preferLocal: false);
        return true;
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        try
        {
            await WorkUntilCancelledAsync().ConfigureAwait(false);
            ReportEnd();
        }
        // Users' code. The host decides what follows, as with any background service.
        catch (Exception exception)
        {
            _log.Failed(exception, _node.Id, _leadership.Term);
            _failure.Fail(exception);
        }

        End();
    }

    private async ValueTask WorkUntilCancelledAsync()
    {
        try
        {
            await WorkAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsOver)
        {
            // the normal end of the work
        }
        catch (RaftException exception) when (IsOver)
        {
            _log.Outrun(exception, _node.Id, _leadership.Term); // a proposal of the worker failed before the token was cancelled
        }
    }

    private async ValueTask WorkAsync()
    {
        AsyncServiceScope scope = _provider.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            _log.Starts(_node.Id, _leadership.Term);
            TWorker worker = ActivatorUtilities.CreateInstance<TWorker>(scope.ServiceProvider);
            try
            {
                _mayOverlap = worker.MayOverlap;
                await worker.RunAsync(_node, _leadership, _ending.Token).ConfigureAwait(false);
            }
            finally
            {
                await DisposeAsync(worker).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Whether the work is to end. The worker may learn of it before its token is cancelled: from a proposal, or from the token of its
    /// leadership. The status would not tell, since a node that hands over still leads.
    /// </summary>
    private bool IsOver => _ending.IsCancellationRequested || !_node.Holds(_leadership);

    private void ReportEnd()
    {
        if (IsOver)
        {
            _log.Ended(_node.Id, _leadership.Term);
        }
        else
        {
            _log.EndedEarly(_node.Id, _leadership.Term);
        }
    }

    private void End()
    {
        _hasEnded = true;
        _stopRegistration.Unregister();
        _watch.OnEnded();
        _node.EndLeaderWork();
        _end.Succeed(true);
    }

    private void ReportOverstay(TimeSpan since, bool ends)
    {
        if (ends)
        {
            _log.OverstayEnds(_node.Id, _leadership.Term, since);
        }
        else
        {
            _log.Overstays(_node.Id, _leadership.Term, since, _mayOverlap);
        }
    }

    /// <summary>The worker is not a service of the scope, so the scope does not dispose it.</summary>
    private static async ValueTask DisposeAsync(TWorker worker)
    {
        switch (worker)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    /// <summary>Cancels the worker's token. Callbacks on it are users' code, which may block or throw.</summary>
    private sealed class Cancellation(LeaderWorkerRun<TWorker> run) : IThreadPoolWorkItem
    {
        public void Schedule()
        {
            run._watch.OnCancelled();
            PoolScheduler.Shared.Schedule(this, preferLocal: false);
        }

        public void Execute()
        {
            try
            {
                run._ending.Cancel();
            }
            // Users' code: it must not end the process, and the token is cancelled anyway.
            catch (AggregateException exception)
            {
                run._log.CallbackFailed(exception, run._node.Id, run._leadership.Term);
            }
        }
    }
}
