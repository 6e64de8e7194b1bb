namespace Raft;

/// <summary>
/// Restores the state machine from an open snapshot, which a later one therefore cannot replace. The checksum is verified
/// before the state is replaced. Each read is progress: a restoration may take long, and hangs only if it reads nothing.
/// </summary>
internal sealed class SnapshotRestoration(
    Stream content, SnapshotInfo info, DateTimeOffset lastIncludedTime, SnapshotDisposal disposal, IClock clock) : StateRestoration(clock)
{
    public override long LastIncludedIndex => info.LastIncludedIndex;

    public override DateTimeOffset LastIncludedTime => lastIncludedTime;

    public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SnapshotVerification.VerifyAsync(content, info, Advance, cancellationToken).ConfigureAwait(false);
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
            SnapshotContentStream state = new(content, info.Length) { Advanced = Advance };
            await machine.RestoreAsync(state, info.LastIncludedIndex, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            disposal.Now(content);
        }
    }

    public override void Abandon() => disposal.Later(content);
}
