namespace Raft;

/// <content>Opening, running and stopping.</content>
internal sealed partial class NodeLife
{
    private readonly CancellationTokenSource _interruptible = new(); // gives up on opening, starting and snapshots, which a stop does not wait for
    private readonly CancellationTokenSource _stopping = new(); // gives up on whatever is under way, at the very end
    private readonly CompletionSource<bool> _stopSignal;
    private readonly uint _stopSignalGeneration;
    private volatile bool _isOpen;
    private volatile bool _isStoreOpen;
    private volatile bool _stopRequested; // somebody wants it to stop: whoever opens or catches up gives up
    private volatile bool _isStopping; // it stops: no proposals, and no snapshots, are begun any more
    private volatile bool _isEnded;
    private volatile bool _isOver;
    private int _openingBegun;
    private bool _isRunning;
    private Exception? _openFailure;
    private Exception? _endReason;
    private volatile Exception? _cancellationFailure;

    /// <summary>Completes when the node was asked to stop, or has failed. Awaited by <see cref="RunAsync"/> only.</summary>
    private ValueTask StopSignalled { get; }

    /// <summary>Why the node must not go on; null while it is well.</summary>
    public NodeFailedException? Failure { get; private set; }

    /// <summary>Opens the store and recovers the module from it, unless that has begun. Whatever is posted waits until then.</summary>
    public void BeginOpen()
    {
        if (Interlocked.Exchange(ref _openingBegun, 1) == 0)
        {
            _ = OpenAsync();
        }
    }

    /// <summary>Runs until the token is cancelled or the node fails; then ends this life for good.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static life => ((NodeLife)life!).RequestStop(), this);
        try
        {
            if (await ExecuteAsync(static _ => { }).ConfigureAwait(false)) // the store is open
            {
                if (!_stopRequested) // else it would campaign only to stop
                {
                    await StartTransportAsync().ConfigureAwait(false);
                    await ExecuteAsync(static life => life.Begin()).ConfigureAwait(false);
                }

                await StopSignalled.ConfigureAwait(false);
                await StopGracefullyAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            registration.Unregister(); // not Dispose, which would wait for a callback of the store's or transport's under way
            await CloseAsync().ConfigureAwait(false);
        }

        if (Failure is not null)
        {
            throw Failure;
        }
    }

    /// <summary>Asks for an orderly stop.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        if (_stopSignal.TrySucceed(_stopSignalGeneration, true))
        {
            _stopSignal.Resume();
        }

        _settings.Scheduler.Schedule(new Interruption(this), preferLocal: false);
    }

    /// <summary>Cancels opening, starting and snapshots. What is registered on the token is users' code, which may block or throw: whoever asks for the stop has no part in that.</summary>
    private sealed class Interruption(NodeLife life) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                life._interruptible.Cancel();
            }
            // Whatever a port's callback throws becomes the reason of the failure.
            catch (Exception exception)
            {
                life._cancellationFailure = exception; // told at the end: the stop goes on in good order
            }
        }
    }

    /// <summary>Whether it is over: it has failed or was closed, and whoever comes is refused.</summary>
    public bool IsEnded => _isOver;

    /// <summary>Ends the life, releases the store and the transport. Does nothing the second time.</summary>
    public async Task CloseAsync()
    {
        await ExecuteAsync(static life => life.End(failure: null)).ConfigureAwait(false);
        await ReleaseAsync("log store", _settings.LogStore, _ => Cancel(_stopping)).ConfigureAwait(false);
        if (_settings.SnapshotStore is { } snapshots)
        {
            await ReleaseAsync("snapshot store", snapshots, _ => Cancel(_interruptible)).ConfigureAwait(false); // a stop has done so already
        }

        if (_isTransportStarted)
        {
            _isTransportStarted = false;
            await ReleaseAsync("transport", _settings.Transport!, static transport => transport.StopAsync(CancellationToken.None)).ConfigureAwait(false);
        }

        if (_isStoreOpen)
        {
            _isStoreOpen = false;
            await ReleaseAsync("log store", _settings.LogStore, static store => store.CloseAsync()).ConfigureAwait(false);
        }

        await ReleaseAsync("state machine", _settings.StateMachine, _ => CancelApplying()).ConfigureAwait(false);
        if (_cancellationFailure is { } failure)
        {
            // Which of the two had registered the callback, nobody knows.
            await ReleaseAsync(_settings.Transport is null ? "log store" : "log store or transport", _settings.LogStore, _ => ValueTask.FromException(failure)).ConfigureAwait(false);
        }
    }

    /// <summary>Cancels reads under way. A callback of the store's that throws is the store's failure.</summary>
    private static ValueTask Cancel(CancellationTokenSource source)
    {
        source.Cancel();
        return ValueTask.CompletedTask;
    }

    private ValueTask CancelApplying()
    {
        _applier.CancelAbandoned();
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets go of a port. One that does not end well is a failure of the node, unless it has failed before: the first reason is the one to mend.</summary>
    private async ValueTask ReleaseAsync<TPort>(string what, TPort port, Func<TPort, ValueTask> release)
        where TPort : notnull
    {
        try
        {
            await release(port).ConfigureAwait(false);
        }
        // Whatever a port throws becomes the reason of the failure.
        catch (Exception exception)
        {
            if (Failure is null)
            {
                Failure = new NodeFailedException($"The {what} {port.GetType().Name} did not end well: {exception.Message.TrimEnd('.')}. Mend that, then run the node again.", exception);
                PublishEnd();
                _logger?.Failed(Failure);
            }
        }
    }

    private async ValueTask StartTransportAsync()
    {
        if (_settings.Transport is not { } transport)
        {
            return;
        }

        try
        {
            await transport.StartAsync(this, _interruptible.Token).ConfigureAwait(false);
            _isTransportStarted = true;
        }
        catch (OperationCanceledException) when (_stopRequested)
        {
            // stopped while it started: the stop follows
        }
        // Whatever keeps the transport from starting stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            NodeFailedException failure = new($"The transport {transport.GetType().Name} could not start: {exception.Message.TrimEnd('.')}. Mend that, then run the node again.", exception);
            await ExecuteAsync(life => life.End(failure)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// In this order, so that as many callers as possible learn how their proposal ended: take no more proposals, wait for
    /// what is in the log to commit, for writes and snapshots under way, and for the state machine; each for as long as is left.
    /// </summary>
    private async ValueTask StopGracefullyAsync()
    {
        TimeSpan start = _settings.Clock.Now;
        TimeSpan end = _settings.ShutdownTimeout < TimeSpan.MaxValue - start ? start + _settings.ShutdownTimeout : TimeSpan.MaxValue;
        TimeSpan commitsEnd = _settings.MaximumElectionTimeout < end - start ? start + _settings.MaximumElectionTimeout : end;
        _isStopping = true;
        _mailbox.CloseForProposals();
        _applier.BeginStop();
        await WaitUntilAsync(() => !_leads || _module.CommitIndex >= _module.LastIndex, commitsEnd).ConfigureAwait(false);
        await WaitUntilAsync(() => _writesInFlight == 0, end).ConfigureAwait(false);
        await ExecuteAsync(static life => life._snapshotReceiver?.Abandon()).ConfigureAwait(false); // else what was written of a snapshot stays open until its next chunk
        await WaitUntilAsync(() => !_isTakingSnapshot && _snapshotReceiver is not { IsIdle: false }, end).ConfigureAwait(false); // both were told to give up
        await WaitUntilAsync(() => _handedOver >= Math.Min(_module.CommitIndex, _module.DurableIndex) && _applier.IsIdle, end).ConfigureAwait(false);
    }

    private void Begin()
    {
        _isRunning = true;
        _module.Start(_now);
        BeginObserving();
    }

    /// <summary>Called on any thread.</summary>
    private void OnFailed(Exception failure)
    {
        _mailbox.ReportFailure(failure);
        Wake();
    }

    /// <summary>Runs an action on the worker.</summary>
    /// <returns>False if the life has ended before.</returns>
    private async ValueTask<bool> ExecuteAsync(Action<NodeLife> action)
    {
        CompletionSource<bool> source = _sources.Lifecycle.Rent(CancellationToken.None);
        ValueTask<bool> task = source.Task;
        WorkerAction request = new(action, source, source.Generation);
        if (!TryPost(request))
        {
            request.Refuse(reason: null!);
        }

        return await task.ConfigureAwait(false);
    }

    /// <summary>Waits until a condition, looked at by the worker after each pass, holds or a time has come.</summary>
    private async ValueTask WaitUntilAsync(Func<bool> condition, TimeSpan dueAt)
    {
        CompletionSource<bool> source = _sources.Lifecycle.Rent(CancellationToken.None);
        ValueTask<bool> task = source.Task;
        Condition waiting = new(condition, dueAt, source, source.Generation);
        if (!await ExecuteAsync(life => life._conditions.Add(waiting)).ConfigureAwait(false) && source.TrySucceed(waiting.Generation, false))
        {
            source.Resume();
        }

        await task.ConfigureAwait(false);
    }

    private sealed class WorkerAction(Action<NodeLife> action, CompletionSource<bool> source, uint generation) : NodeRequest
    {
        public override void Execute(NodeLife life)
        {
            action(life);
            if (source.TrySucceed(generation, true))
            {
                source.Resume();
            }
        }

        public override void Refuse(Exception reason)
        {
            if (source.TrySucceed(generation, false))
            {
                source.Resume();
            }
        }
    }
}
