namespace Raft;

/// <summary>Writes a captured state to the snapshot store, away from the node's worker and beside applying.</summary>
/// <param name="settings">Where it is written, and what runs that.</param>
/// <param name="capture">The state; disposed at the end.</param>
/// <param name="disposal">Disposes it.</param>
/// <param name="index">The last index whose effect it contains.</param>
/// <param name="term">Its term.</param>
/// <param name="header">What stands beside the state.</param>
/// <param name="ended">Is told what was written, or why nothing was.</param>
/// <param name="stopping">Gives up.</param>
internal sealed class SnapshotWriting(
    NodeSettings settings, ISnapshotCapture capture, SnapshotDisposal disposal, long index, long term, SnapshotHeader header, Action<SnapshotInfo?, Exception?> ended, CancellationToken stopping)
    : IThreadPoolWorkItem
{
    private SnapshotInfo? _written;

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            await WriteAsync().ConfigureAwait(false);
        }
        // Whatever keeps it from being written is told; the node tries again later.
        catch (Exception exception)
        {
            failure = _written is null ? exception : null; // what is committed is committed, even if the rest does not end well
        }

        disposal.Now(capture);
        ended(_written, failure);
    }

    private async ValueTask WriteAsync()
    {
        byte[] encoded = header.Write();
        ISnapshotWriter writer = await settings.SnapshotStore!.CreateAsync(index, term, encoded, stopping).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            using SnapshotChecksum checksum = new(index, term, encoded);
            ChecksummedStream content = new(writer.Stream, checksum);
            if (settings.StateMachine.MayBlock) // and so may its capture, while it is written
            {
                await new OwnThread(settings.Scheduler, $"raft snapshot {settings.StateMachine.GetType().Name}");
            }

            await capture.WriteToAsync(content, stopping).ConfigureAwait(false);
            await content.FinishAsync(stopping).ConfigureAwait(false);
            _written = await writer.CommitAsync(stopping).ConfigureAwait(false);
        }
    }
}
