namespace Raft.Tests.Node;

/// <summary>A state machine with snapshots that applies a batch only when the test lets it.</summary>
internal sealed class GatedSnapshots : IStateMachine
{
    private TaskCompletionSource? _gate;

    /// <summary>Whether batches are applied at once.</summary>
    public bool IsOpen { get; set; } = true;

    public bool IsWaiting => _gate is not null;

    public long LastApplied { get; private set; }

    public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        if (!IsOpen)
        {
            _gate = new TaskCompletionSource();
            await _gate.Task;
            _gate = null;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            LastApplied = batch.Context(i).Index;
            batch.Complete(i, batch.Command(i));
        }
    }

    public ISnapshotCapture Capture() => SnapshotCapture.Of(LastApplied, Codec.Int64);

    public ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        LastApplied = lastIncludedIndex;
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets the batch pass that waits, and all that follow.</summary>
    public void Open()
    {
        IsOpen = true;
        _gate?.SetResult();
    }
}
