namespace Raft.Aot;

/// <summary>Commands and results that are structs: what ahead-of-time compilation finds hardest to put together.</summary>
internal sealed class Account() : StateMachine<long, long>(Codec.Int64, Codec.Int64)
{
    private long _balance;

    public long Balance => _balance;

    protected override long Apply(long command, in CommandContext context) => _balance += command;

    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_balance, Codec.Int64);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
}
