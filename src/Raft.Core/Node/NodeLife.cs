namespace Raft;

/// <summary>
/// One life of a node, from opening its stores to closing them: it opens, runs, stops in good order, and ends. All that happens in
/// between runs on its <see cref="NodeWorker"/>.
/// </summary>
internal sealed class NodeLife
{
    private readonly NodeShared _shared;
    private readonly NodeSettings _settings;
    private readonly PortLifetime _ports;
    private readonly LifeState _state = new();
    private readonly EndingSteps _steps = new();
    private readonly PendingCaller<bool> _stopSignal;
    private readonly ValueTask _stopSignalled; // completes when a stop is requested or the life has ended; awaited by RunAsync only
    private NodeFailedException? _portFailure;

    public NodeLife(NodeShared shared, long appliedBefore)
    {
        _shared = shared;
        _settings = shared.Settings;
        CompletionSource<bool> source = shared.Sources.Lifecycle.Rent(CancellationToken.None);
        _stopSignal = source.Caller;
        _stopSignalled = source.UntypedTask;
        _ports = new PortLifetime(_settings, _steps);
        Worker = new NodeWorker(shared, _state, _ports, appliedBefore, OnEnded);
    }

    public NodeWorker Worker { get; }

    public NodeParts Parts => Worker.Parts;

    /// <summary>Why the node must not continue; null while it is well.</summary>
    public NodeFailedException? Failure => Worker.Failure ?? _portFailure;

    /// <summary>Whether it has failed or was closed, and refuses what comes later.</summary>
    public bool HasEnded => _state.HasEnded;

    /// <summary>What its end waits for.</summary>
    public string WaitsFor => _steps.Current;

    /// <summary>Opens the stores and recovers from them, unless that has begun. What is posted waits until then.</summary>
    public void BeginOpen()
    {
        if (_state.TryAdvance(LifeStage.Opening))
        {
            _ = OpenAsync();
        }
    }

    /// <summary>The node is to run, and not only to answer handlers. Shows in the status.</summary>
    public void RequestRun() => _state.RequestRun();

    /// <summary>Runs until the token is cancelled or the node fails; then ends this life for good.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static life => ((NodeLife)life!).RequestStop(), this);
        try
        {
            if (await Parts.Calls.ExecuteAsync(static () => { }).ConfigureAwait(false)) // the stores are read
            {
                if (!_state.IsStopRequested) // otherwise it would campaign only to stop
                {
                    await StartAsync().ConfigureAwait(false);
                }

                await _stopSignalled.ConfigureAwait(false);
                await StopAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            registration.Unregister(); // not Dispose, which would wait for a callback of the store or transport that is under way
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
        _state.RequestStop();
        SignalStop();
        _ports.BeginStop();
    }

    /// <summary>Ends the life and releases its ports. Does nothing the second time.</summary>
    public async Task CloseAsync()
    {
        await Parts.Calls.ExecuteAsync(() => Worker.End(failure: null)).ConfigureAwait(false);
        await _ports.CloseAsync(Parts.Sender.Close, Parts.Commits.Applier.CancelAbandoned, OnPortFailed).ConfigureAwait(false);
    }

    private async Task OpenAsync()
    {
        _steps.Begin("its stores to open");
        Parts.Start.Begin(new Work(WorkKind.LogOpening));
        try
        {
            LogState stored = await _ports.OpenLogStoreAsync().ConfigureAwait(false);
            RecoveredNode recovered = await Parts.Recovery.RecoverAsync(stored).ConfigureAwait(false);
            Parts.Start.End();
            Worker.Open(recovered);
        }
        // Without its stores the node cannot run: any exception becomes the reason of the failure.
        catch (Exception exception)
        {
            Worker.FailToOpen(exception);
        }
    }

    private async ValueTask StartAsync()
    {
        _steps.Begin("its transport to start");
        Parts.Start.Begin(new Work(WorkKind.TransportStart));
        try
        {
            if (await _ports.StartTransportAsync(Parts.Messages).ConfigureAwait(false) is { } transport)
            {
                Parts.Sender.Open(transport);
            }

            Parts.Start.End();
        }
        catch (OperationCanceledException) when (_state.IsStopRequested)
        {
            Parts.Start.End(); // stopped while it started: the stop follows
        }
        // Without its transport the node cannot run: any exception becomes the reason of the failure.
        catch (Exception exception)
        {
            NodeFailedException failure = new(
                $"The transport {_settings.Transport!.GetType().Name} could not start: {exception.Message.TrimEnd('.')}. "
                + "Fix that, then run the node again.",
                exception);
            await Parts.Calls.ExecuteAsync(() => Worker.End(failure)).ConfigureAwait(false);
        }

        await Parts.Calls.ExecuteAsync(Worker.Begin).ConfigureAwait(false);
    }

    /// <summary>
    /// In this order, so that as many callers as possible learn how their proposal ended: take no more proposals; wait for what is in
    /// the log to commit; hand over the leadership; wait for writes and snapshots under way, and for the state machine, each for as long
    /// as is left.
    /// </summary>
    private async ValueTask StopAsync()
    {
        TimeSpan start = _settings.Clock.Now;
        TimeSpan end = _settings.ShutdownTimeout < TimeSpan.MaxValue - start ? start + _settings.ShutdownTimeout : TimeSpan.MaxValue;
        TimeSpan commitsEnd = _settings.MaximumElectionTimeout < end - start ? start + _settings.MaximumElectionTimeout : end;
        Worker.BeginStop();
        WorkerCalls calls = Parts.Calls;
        await calls.ExecuteAsync(() => Parts.Context.Module.BeginStop()).ConfigureAwait(false);
        _steps.Begin("its log to commit");
        await calls.WaitUntilAsync(() => !Parts.Leadership.Leads || Parts.Commits.HasCommittedTheLog, commitsEnd).ConfigureAwait(false);
        _steps.Begin("another node to take its leadership over");
        await HandOverAsync(end).ConfigureAwait(false);
        _steps.Begin("its log store to finish writes");
        await calls.WaitUntilAsync(() => Parts.Outputs.WritesInFlight == 0, end).ConfigureAwait(false);

        // A partly received snapshot would stay open until its next chunk. Both kinds of snapshots were asked to end.
        await calls.ExecuteAsync(Parts.Installer.Abandon).ConfigureAwait(false);
        _steps.Begin("a snapshot to be given up");
        await calls.WaitUntilAsync(() => !Parts.Snapshots.IsTaking && Parts.Installer.IsIdle, end).ConfigureAwait(false);
        _steps.Begin("its state machine");
        await calls.WaitUntilAsync(() => Parts.Commits.IsDone, end).ConfigureAwait(false);
    }

    /// <summary>
    /// A leader that stops hands over first, so that the others need not wait for an election timeout. It also sends its last commit index
    /// to its followers.
    /// </summary>
    private async ValueTask HandOverAsync(TimeSpan end)
    {
        WorkerCalls calls = Parts.Calls;
        TimeSpan timeout = _settings.Consensus.MinimumElectionTimeout;
        TimeSpan now = _settings.Clock.Now;
        TimeSpan until = timeout < end - now ? now + timeout : end;
        await calls.ExecuteAsync(Parts.Transfers.BeginForStop).ConfigureAwait(false);
        await calls.WaitUntilAsync(() => !Parts.Transfers.IsUnderWay, until).ConfigureAwait(false);
        await calls.ExecuteAsync(() => Parts.Context.Module.AnnounceCommit()).ConfigureAwait(false);
    }

    private void SignalStop() => _stopSignal.Succeed(true);

    /// <summary>Called on the worker.</summary>
    private void OnEnded()
    {
        SignalStop();
        if (Worker.Failure is not null)
        {
            _ports.BeginStop(); // the transport may still be starting, and the failure is reported only after that
        }
    }

    /// <summary>
    /// A port that does not close cleanly is a failure of the node, unless it has failed before: the first reason is the one to fix.
    /// </summary>
    private void OnPortFailed(NodeFailedException failure)
    {
        if (Failure is null)
        {
            _portFailure = failure;
            _shared.Board.PublishEnd(failure);
            _shared.Logger?.Failed(failure);
        }
    }
}
