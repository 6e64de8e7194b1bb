using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>Replaces the state of a state machine by that of a snapshot.</summary>
/// <param name="clock">Gives the time of its progress.</param>
internal abstract class StateRestoration(IClock clock)
{
    private long _advancedAt;

    /// <summary>When it last made progress; zero if it has not begun.</summary>
    public TimeSpan AdvancedAt => new(Volatile.Read(ref _advancedAt));

    /// <summary>The last index whose effect the new state contains.</summary>
    public abstract long LastIncludedIndex { get; }

    /// <summary>The time of that entry.</summary>
    public abstract DateTimeOffset LastIncludedTime { get; }

    /// <summary>Whether it is ready to run.</summary>
    public bool IsPrepared { get; protected set; }

    /// <summary>Does all that the state machine is not needed for. If that throws, it disposes what it holds.</summary>
    public abstract ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the state, once it is prepared, and disposes what it holds.</summary>
    public abstract ValueTask RunAsync(IStateMachine machine, CancellationToken cancellationToken);

    /// <summary>It will not run: disposes what it holds.</summary>
    public abstract void Abandon();

    /// <summary>It has begun, or continues.</summary>
    public void AdvanceTo(TimeSpan now) => Volatile.Write(ref _advancedAt, now.Ticks);

    /// <summary>It has made progress.</summary>
    protected void Advance() => AdvanceTo(clock.Now);
}

/// <content>
/// Restoring the state machine from a snapshot: after what was handed over before, and ahead of what is handed over later.
/// </content>
internal sealed partial class Applier
{
    private StateRestoration? _waitingRestoration;
    private StateRestoration? _preparedRestoration; // waits for the state machine's thread
    private StateRestoration? _restoring;
    private bool _isPreparing; // outside the state machine, which runs reads meanwhile
    private bool _isStateReplaced; // the state machine was called to replace its state, and has not finished

    /// <summary>How a piece of work for the state machine has ended.</summary>
    private enum WorkEnd
    {
        /// <summary>Within its call.</summary>
        Done,

        /// <summary>Later, on a thread of the state machine's choice.</summary>
        HasMoved,

        /// <summary>It failed or was abandoned: nothing more is applied.</summary>
        Over,
    }

    /// <summary>Whether a restoration waits or runs. One that is prepared is in <see cref="_restoring"/>, too.</summary>
    private bool HasRestoration => _waitingRestoration is not null || _restoring is not null;

    /// <summary>
    /// Has the state machine restored once it has applied what was handed over. Until then no more is taken; the worker is woken when there
    /// is room again. Replaces a restoration that has not begun.
    /// </summary>
    public void Post(StateRestoration restoration)
    {
        lock (_lock)
        {
            if (_closed)
            {
                restoration.Abandon();
                return;
            }

            _waitingRestoration?.Abandon();
            _waitingRestoration = restoration;
            if (_running)
            {
                return;
            }

            _running = true;
        }

        Schedule();
    }

    /// <summary>Called under the lock.</summary>
    private bool TryBeginRestoring(TimeSpan now, [NotNullWhen(true)] out StateRestoration? restoration)
    {
        restoration = _closed ? null
            : _preparedRestoration ?? (_restoring is null && _batches.Count == 0 ? _waitingRestoration : null);
        if (restoration is null)
        {
            return false;
        }

        if (_preparedRestoration is null)
        {
            _waitingRestoration = null;
            _isPreparing = !restoration.IsPrepared;
        }

        _preparedRestoration = null;
        _restoring = restoration;
        _isReading = false;
        restoration.AdvanceTo(now);
        return true;
    }

    /// <summary>Prepares a restoration, and has it run then.</summary>
    private async Task PrepareAsync(StateRestoration restoration)
    {
        try
        {
            await restoration.PrepareAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return; // abandoned
        }
        // Any exception stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            FailRestoring(restoration, exception);
            return;
        }

        PutBack(restoration);
    }

    private async ValueTask<WorkEnd> RestoreAsync(StateRestoration restoration)
    {
        bool hasMoved;
        try
        {
            if (!TryBeginReplacing(restoration))
            {
                return WorkEnd.Over;
            }

            ValueTask restoring = restoration.RunAsync(_machine, _stopping.Token);
            hasMoved = !restoring.IsCompleted;
            await restoring.ConfigureAwait(false);
            if (IsDigestDue(restoration.LastIncludedIndex))
            {
                await TakeDigestAsync(restoration.LastIncludedIndex, hasMoved).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return WorkEnd.Over;
        }
        // Any exception stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            FailRestoring(restoration, exception);
            return WorkEnd.Over;
        }

        return !FinishRestoring(restoration) ? WorkEnd.Over : hasMoved ? WorkEnd.HasMoved : WorkEnd.Done;
    }

    /// <summary>It was prepared on a thread of the store's choice, where the state machine, which may block, must not be called.</summary>
    private void PutBack(StateRestoration restoration)
    {
        bool isAbandoned;
        bool schedules;
        lock (_lock)
        {
            _isPreparing = false;
            isAbandoned = _restoring != restoration;
            schedules = !isAbandoned && !_running;
            if (!isAbandoned)
            {
                _preparedRestoration = restoration;
                _running = true;
            }
        }

        if (isAbandoned)
        {
            restoration.Abandon();
        }
        else if (schedules)
        {
            Schedule();
        }
    }

    /// <summary>The state machine is about to be called. Until now its state is what it was, whatever happens to the restoration.</summary>
    /// <returns>False if it was abandoned in the meantime.</returns>
    private bool TryBeginReplacing(StateRestoration restoration)
    {
        lock (_lock)
        {
            if (_restoring == restoration)
            {
                return _isStateReplaced = true;
            }
        }

        restoration.Abandon();
        return false;
    }

    /// <returns>False if it was abandoned in the meantime.</returns>
    private bool FinishRestoring(StateRestoration restoration)
    {
        lock (_lock)
        {
            if (_restoring != restoration)
            {
                return false;
            }

            _restoring = null;
            _isStateReplaced = false;
            _workerWaits = false;
            _appliedTime = restoration.LastIncludedTime;
            Volatile.Write(ref _appliedIndex, restoration.LastIncludedIndex);
            ReleaseReads();
        }

        _applied(restoration.LastIncludedIndex);
        _wakeWorker();
        return true;
    }

    private void FailRestoring(StateRestoration restoration, Exception exception)
    {
        bool abandoned;
        bool isUncertain;
        lock (_lock)
        {
            abandoned = _restoring != restoration;
            isUncertain = !abandoned && _isStateReplaced;
            _isUncertain |= isUncertain;
        }

        if (!abandoned)
        {
            _failed((exception as DigestException)?.Failure ?? new NodeFailedException(
                $"The state machine {_machine.GetType().Name} could not be restored from the snapshot up to index "
                + $"{restoration.LastIncludedIndex}: {exception.Message.TrimEnd('.')}. The node has stopped. Fix that, then "
                + (isUncertain ? "start a new node with a new state machine on the same stores." : "run the node again."),
                exception));
        }
    }
}
