namespace Raft;

/// <summary>Writes a captured state to the snapshot store, away from the node's worker and beside applying.</summary>
/// <param name="store">Where it is written.</param>
/// <param name="capture">The state; disposed at the end.</param>
/// <param name="index">The last index whose effect it contains.</param>
/// <param name="term">Its term.</param>
/// <param name="header">What stands beside the state.</param>
/// <param name="ended">Is told what was written, or why nothing was.</param>
/// <param name="stopping">Gives up.</param>
internal sealed class SnapshotWriting(
    ISnapshotStore store, ISnapshotCapture capture, long index, long term, SnapshotHeader header, Action<SnapshotInfo?, Exception?> ended, CancellationToken stopping) : IThreadPoolWorkItem
{
    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        SnapshotInfo? written = null;
        Exception? failure = null;
        try
        {
            using (capture)
            {
                written = await WriteAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // whatever keeps it from being written is told; the node tries again later
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = written is null ? exception : null; // what is committed is committed, even if the capture does not end well
        }

        ended(written, failure);
    }

    private async ValueTask<SnapshotInfo> WriteAsync()
    {
        byte[] encoded = header.Write();
        ISnapshotWriter writer = await store.CreateAsync(index, term, encoded, stopping).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            using SnapshotChecksum checksum = new(index, term, encoded);
            ChecksummedStream content = new(writer.Stream, checksum);
            await capture.WriteToAsync(content, stopping).ConfigureAwait(false);
            await content.FinishAsync(stopping).ConfigureAwait(false);
            return await writer.CommitAsync(stopping).ConfigureAwait(false);
        }
    }
}
