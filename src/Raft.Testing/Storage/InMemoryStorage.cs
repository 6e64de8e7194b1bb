namespace Raft.Testing;

/// <summary>The storage of a simulated node by default: a log and snapshots in memory, on a simulated disk each.</summary>
internal sealed class InMemoryStorage(SimulatedWorld world) : SimulatedStorage
{
    private const int ShortestPart = 20; // of the longest delay

    private SimulatedLogStore _log = world.CreateLogStore();
    private SimulatedSnapshotStore _snapshots = world.CreateSnapshotStore();

    /// <inheritdoc/>
    public override SimulatedLogStore LogStore => _log;

    /// <inheritdoc/>
    public override SimulatedSnapshotStore SnapshotStore => _snapshots;

    /// <inheritdoc/>
    public override TimeSpan WriteDelay
    {
        get => _log.MaximumDelay;
        set => (_log.MinimumDelay, _log.MaximumDelay) = (value / ShortestPart, value);
    }

    /// <inheritdoc/>
    public override TimeSpan SnapshotDelay
    {
        get => _snapshots.MaximumDelay;
        set => _snapshots.MaximumDelay = value;
    }

    /// <inheritdoc/>
    public override TimeSpan BusyUntil => _log.BusyUntil;

    /// <inheritdoc/>
    public override void Crash(int survivingWrites)
    {
        _log = _log.Crash(Math.Min(survivingWrites, _log.UnderWay));
        _snapshots = _snapshots.Crash(commitSurvives: survivingWrites > 0);
    }

    /// <inheritdoc/>
    public override void Erase()
    {
        _log = _log.Replace();
        _snapshots = _snapshots.Replace();
    }

    /// <inheritdoc/>
    public override object Copy() => _log.CopyDurable();

    /// <inheritdoc/>
    public override void Restore(object copy) => _log = _log.RollBack((StoredLog)copy);

    /// <inheritdoc/>
    public override void Hold() => _log.Hold();

    /// <inheritdoc/>
    public override void Release() => _log.Release();

    /// <inheritdoc/>
    public override void HoldSnapshots() => _snapshots.Hold();

    /// <inheritdoc/>
    internal override void HoldSnapshotCalls() => _snapshots.HoldCalls();

    /// <inheritdoc/>
    public override void ReleaseSnapshots() => _snapshots.Release();

    /// <inheritdoc/>
    public override void FailWrite(Exception exception) => _log.FailNext(exception);

    /// <inheritdoc/>
    public override void FailSnapshot(Exception exception) => _snapshots.FailNext(exception);

    /// <inheritdoc/>
    public override void EndFailures()
    {
        _log.ForgetFailure();
        _snapshots.ForgetFailure();
    }

    /// <inheritdoc/>
    public override bool Explains(Exception failure) => failure is InjectedFaultException;
}
