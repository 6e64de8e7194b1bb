namespace Raft.Tests.Node.Digests;

/// <summary>
/// Remembers its commands in a digest. From an index on it goes wrong, without showing it in its results.
/// </summary>
internal sealed class Tally(long wrongFrom = long.MaxValue, long wrongness = 1)
    : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateDigest
{
    private RollingDigest _digest;
    private long _lastIndex;

    public ulong? Digest
    {
        get
        {
            OnDigest?.Invoke();
            return !HasDigest ? null : IsWrongAt(_lastIndex) ? ~_digest.Value : _digest.Value;
        }
    }

    /// <summary>Called when its digest is read.</summary>
    public Action? OnDigest { get; init; }

    /// <summary>Called before a command is applied.</summary>
    public Action? OnApply { get; init; }

    /// <summary>At which indexes its digest is wrong, although it is right again afterwards.</summary>
    public Func<long, bool> IsWrongAt { get; init; } = static _ => false;

    /// <summary>Whether it offers its digest.</summary>
    public bool HasDigest { get; init; } = true;

    protected override long Apply(string command, in CommandContext context)
    {
        OnApply?.Invoke();
        _lastIndex = context.Index;
        _digest.Append(command);
        if (context.Index >= wrongFrom)
        {
            _digest.Append(wrongness);
        }

        return 0;
    }

    protected override ISnapshotCapture Capture() => SnapshotCapture.Of((long)_digest.Value, Codec.Int64);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _digest = new RollingDigest((ulong)await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken));
}

/// <summary>As <see cref="Tally"/>, without a digest.</summary>
internal sealed class PlainTally(long wrongFrom = long.MaxValue) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private long _sum;

    /// <summary>What its captures wait for while they are written.</summary>
    public Task Writing { get; init; } = Task.CompletedTask;

    /// <summary>Whether it captures its state.</summary>
    public bool Captures { get; init; } = true;

    protected override long Apply(string command, in CommandContext context)
    {
        _sum += context.Index >= wrongFrom ? 2 : 1;
        return 0;
    }

    protected override ISnapshotCapture? Capture() =>
        Captures ? new SlowCapture(SnapshotCapture.Of(_sum, Codec.Int64), Writing) : null;

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _sum = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);

    private sealed class SlowCapture(ISnapshotCapture inner, Task writing) : ISnapshotCapture
    {
        public async ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken)
        {
            await writing;
            await inner.WriteToAsync(destination, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}
