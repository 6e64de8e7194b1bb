namespace Raft.Testing.Frameworks;

/// <summary>A state machine of a user's: amounts are added up, and the total never falls below zero. Its results have the index.</summary>
internal sealed class Ledger() : StateMachine<long, string>(Codec.Int64, Codec.Utf8)
{
    public long Total { get; private set; }

    protected override string Apply(long command, in CommandContext context) => Total + command < 0
        ? throw new CommandRejectedException($"The total is {Total}.")
        : $"{Total += command} at {context.Index}";

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(Total, Codec.Int64);

    // As users write it: without ConfigureAwait(false), so that it continues where the thread says.
    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        Total = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
}
