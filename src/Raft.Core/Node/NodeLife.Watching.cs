namespace Raft;

/// <content>
/// Notices what hangs. A state machine or a disk that does costs no vote and no heartbeat, so nothing else would show it:
/// neither steps a leader down for it, since another node need not be better off.
/// </content>
internal sealed partial class NodeLife
{
    private TimeSpan _applierDeadline = TimeSpan.MaxValue;
    private TimeSpan _diskDeadline = TimeSpan.MaxValue;
    private TimeSpan _diskBusySince;
    private volatile bool _applyHangs;
    private bool _diskHangs;

    /// <summary>Notices a state machine that is at one batch for very long. Nothing but results and reads waits for it, so nothing else would show.</summary>
    private void WatchApplier()
    {
        bool hangs = false;
        _applierDeadline = TimeSpan.MaxValue;
        if (_applier.IsIdle)
        {
            // nothing can hang
        }
        else if (_applier.AtWork is not { } work)
        {
            WatchApplierAgain(); // it is about to begin, and tells nobody when it does
        }
        else
        {
            TimeSpan patienceEnds = work.Since + _settings.HangTimeout;
            hangs = _now >= patienceEnds;
            if (!hangs)
            {
                _applierDeadline = patienceEnds;
            }
            else if (!_applyHangs)
            {
                _logger?.ApplyHangs(work.FirstIndex, work.LastIndex, _now - work.Since);
            }
        }

        if (_applyHangs && !hangs)
        {
            _logger?.ApplyGoesOn();
        }

        _applyHangs = hangs;
        if (hangs && _applier.AtWork is null)
        {
            Wake(); // it has finished since it was looked at above, when it was not yet marked as hanging, and so has woken nobody: the mark would stay
        }
    }

    /// <summary>A batch waits for the state machine: looks again when it should long be done, or sooner if that was planned.</summary>
    private void WatchApplierAgain()
    {
        TimeSpan patienceEnds = _now + _settings.HangTimeout;
        _applierDeadline = patienceEnds < _applierDeadline ? patienceEnds : _applierDeadline;
    }

    /// <summary>A write was handed to the log store, and is not durable yet.</summary>
    private void WatchDiskFrom(int writesBefore)
    {
        if (writesBefore == 0)
        {
            _diskBusySince = _now;
        }
    }

    /// <summary>Notices a log store that has not finished any of its writes for very long.</summary>
    private void WatchDisk(int completedWrites)
    {
        if (completedWrites > 0)
        {
            _diskBusySince = _now;
        }

        TimeSpan patienceEnds = _diskBusySince + _settings.HangTimeout;
        bool hangs = _writesInFlight > 0 && _now >= patienceEnds;
        _diskDeadline = _writesInFlight > 0 && !hangs ? patienceEnds : TimeSpan.MaxValue;
        if (hangs && !_diskHangs)
        {
            _logger?.DiskHangs(_writesInFlight, _now - _diskBusySince);
        }
        else if (_diskHangs && !hangs)
        {
            _logger?.DiskGoesOn();
        }

        _diskHangs = hangs;
    }
}
