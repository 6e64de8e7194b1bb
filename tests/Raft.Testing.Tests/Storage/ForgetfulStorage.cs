namespace Raft.Testing.Tests.Storage;

/// <summary>A storage of a user's own, which forgets in a crash what it has acknowledged since it was copied last.</summary>
internal sealed class ForgetfulStorage(SimulatedWorld world) : SimulatedStorage
{
    private readonly InMemoryStorage _inner = new(world);
    private object? _copy;

    /// <summary>How often the node has started.</summary>
    public int Lives { get; private set; }

    public override ILogStore LogStore => _inner.LogStore;

    public override ISnapshotStore SnapshotStore => _inner.SnapshotStore;

    public override void BeginLife() => Lives++;

    public override void Crash(int survivingWrites)
    {
        _inner.Crash(survivingWrites);
        if (_copy is not null)
        {
            _inner.Restore(_copy);
        }
    }

    public override void Erase() => _inner.Erase();

    public override object Copy() => _copy = _inner.Copy();

    public override void Restore(object copy) => _inner.Restore(copy);

    public override void Hold() => _inner.Hold();

    public override void Release() => _inner.Release();

    public override void HoldSnapshots() => _inner.HoldSnapshots();

    public override void ReleaseSnapshots() => _inner.ReleaseSnapshots();

    public override void FailWrite(Exception exception) => _inner.FailWrite(exception);

    public override void FailSnapshot(Exception exception) => _inner.FailSnapshot(exception);

    public override void EndFailures() => _inner.EndFailures();

    public override bool Explains(Exception failure) => _inner.Explains(failure);
}
