namespace Raft;

/// <summary>
/// Restores the state machine from a snapshot that is open already, so that a later one cannot replace it meanwhile. Its checksum is
/// verified before anything is replaced.
/// </summary>
internal sealed class SnapshotRestoration(Stream content, SnapshotInfo info, DateTimeOffset lastIncludedTime, SnapshotDisposal disposal) : StateRestoration
{
    public override long LastIncludedIndex => info.LastIncludedIndex;

    public override DateTimeOffset LastIncludedTime => lastIncludedTime;

    public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SnapshotVerification.VerifyAsync(content, info, cancellationToken).ConfigureAwait(false);
            IsPrepared = true;
        }
        finally
        {
            if (!IsPrepared)
            {
                disposal.Now(content);
            }
        }
    }

    public override async ValueTask RunAsync(IStateMachine machine, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotContentStream state = new(content, info.Length);
            await machine.RestoreAsync(state, info.LastIncludedIndex, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            disposal.Now(content);
        }
    }

    public override void Abandon() => disposal.Later(content);
}
