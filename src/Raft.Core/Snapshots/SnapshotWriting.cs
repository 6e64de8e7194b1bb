namespace Raft;

/// <summary>Writes a captured state to the snapshot store, not on the node's worker and while commands are being applied.</summary>
/// <param name="settings">The store and the scheduler.</param>
/// <param name="capture">The state. It is disposed at the end.</param>
/// <param name="disposal">Disposes the capture.</param>
/// <param name="index">The last index whose effect it contains.</param>
/// <param name="term">Its term.</param>
/// <param name="header">The header.</param>
/// <param name="ended">Called with the written snapshot, or with the reason why none was written.</param>
/// <param name="stopping">Cancels the work.</param>
internal sealed class SnapshotWriting(
    NodeSettings settings,
    ISnapshotCapture capture,
    SnapshotDisposal disposal,
    long index,
    long term,
    SnapshotHeader header,
    Action<SnapshotInfo?, Exception?> ended,
    CancellationToken stopping) : IThreadPoolWorkItem
{
    private SnapshotInfo? _written;

    /// <summary>Shows its progress; ended with it.</summary>
    public required StorageWork.OpenWork Work { get; init; }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            await WriteAsync().ConfigureAwait(false);
        }
        // Any failure is reported; the node tries again later.
        catch (Exception exception)
        {
            failure = _written is null ? exception : null; // a committed snapshot stays committed, even if the disposal of the writer fails
        }

        disposal.Now(capture);
        Work.Dispose();
        ended(_written, failure);
    }

    private async ValueTask WriteAsync()
    {
        byte[] encoded = header.Write();
        ISnapshotWriter writer = await settings.SnapshotStore!.CreateAsync(index, term, encoded, stopping).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            using SnapshotChecksum checksum = new(index, term, encoded);
            ChecksummedStream content = new(writer.Stream, checksum) { Advanced = Work.Advance };
            if (settings.StateMachine.MayBlock) // then writing its capture may block too
            {
                await new OwnThread(settings.Scheduler, $"raft snapshot {settings.StateMachine.GetType().Name}");
            }

            await capture.WriteToAsync(content, stopping).ConfigureAwait(false);
            await content.FinishAsync(stopping).ConfigureAwait(false);
            Work.Proceed(new Work(WorkKind.SnapshotCommit, LastIndex: index, Bytes: content.Length + SnapshotChecksum.Size));
            _written = await writer.CommitAsync(stopping).ConfigureAwait(false);
        }
    }
}
