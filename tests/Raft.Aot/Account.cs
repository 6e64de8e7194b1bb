namespace Raft.Aot;

/// <summary>
/// Commands and results that are structs: what ahead-of-time compilation finds hardest to put together. Their codecs are generated.
/// </summary>
internal sealed class Account() : StateMachine<Transfer, Balance>(Transfer.Codec, Balance.Codec)
{
    private long _balance;

    public long Amount => _balance;

    protected override Balance Apply(Transfer command, in CommandContext context) => new(_balance += command.Amount, command.Reason);

    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_balance, Codec.Int64);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
}
