namespace Raft.Storage.Files.Crash;

/// <summary>A log store with a defect: it reports a write as durable at once, and writes it with the next call.</summary>
internal sealed class EarlyAcknowledgements(ILogStore store) : ILogStore
{
    private LogWrite? _held;
    private Task _last = Task.CompletedTask;

    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
        store.OpenAsync(clusterId, nodeId, cancellationToken);

    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        WriteHeld();
        return store.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);
    }

    public ValueTask WriteAsync(LogWrite write)
    {
        Task earlier = _last;
        WriteHeld();
        _held = write;
        return new ValueTask(earlier); // so that it is not far ahead of the disk
    }

    public ValueTask CompactAsync(long throughIndex)
    {
        WriteHeld();
        return store.CompactAsync(throughIndex);
    }

    public ValueTask ResetAsync(long index, long term)
    {
        WriteHeld();
        return store.ResetAsync(index, term);
    }

    public ValueTask CloseAsync()
    {
        WriteHeld();
        return store.CloseAsync();
    }

    private void WriteHeld()
    {
        if (_held is { } write)
        {
            _held = null;
            _last = store.WriteAsync(write).AsTask();
        }
    }
}
