namespace Raft.Soak;

/// <summary>
/// What one life of a node sees of its disk. Writes become durable in order, some of them a little later, on another
/// thread. A crash loses those that are still under way, as a power cut would, and fails all later ones.
/// </summary>
internal sealed class CrashableStore(InMemoryLogStore disk, bool isSlow, int seed) : ILogStore
{
    private readonly Lock _lock = new();
    private readonly Queue<(LogWrite Write, TaskCompletionSource Done)> _underWay = new();
    private readonly Random _random = new(seed);
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _hasCrashed;

    public bool IsVolatile => true;

    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken ct) => disk.OpenAsync(clusterId, nodeId, ct);

    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(long firstIndex, int maxEntries, long maxBytes, CancellationToken ct) =>
        disk.ReadAsync(firstIndex, maxEntries, maxBytes, ct);

    public ValueTask WriteAsync(LogWrite write)
    {
        lock (_lock)
        {
            if (_hasCrashed)
            {
                return ValueTask.FromException(Crashed());
            }

            if (!_isWriting && (!isSlow || _random.Next(4) == 0))
            {
                return disk.WriteAsync(write); // complete already when it returns
            }

            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay.Enqueue((write, done));
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteOutAsync);
            }

            return new ValueTask(done.Task);
        }
    }

    public ValueTask CompactAsync(long throughIndex) => disk.CompactAsync(throughIndex);

    public ValueTask ResetAsync(long index, long term) => disk.ResetAsync(index, term);

    public async ValueTask CloseAsync()
    {
        await _writing;
        await disk.CloseAsync();
    }

    public void Crash()
    {
        lock (_lock)
        {
            _hasCrashed = true;
            while (_underWay.TryDequeue(out (LogWrite Write, TaskCompletionSource Done) lost))
            {
                lost.Done.SetException(Crashed());
            }
        }
    }

    private static IOException Crashed() => new("The process was killed.");

    private async Task WriteOutAsync()
    {
        while (true)
        {
            if (_random.Next(20) == 0)
            {
                await Task.Delay(_random.Next(1, 8)); // a disk that hesitates
            }

            lock (_lock)
            {
                if (!_underWay.TryDequeue(out (LogWrite Write, TaskCompletionSource Done) next))
                {
                    _isWriting = false;
                    return;
                }

                ValueTask written = disk.WriteAsync(next.Write);
                if (written.IsCompletedSuccessfully)
                {
                    next.Done.SetResult();
                }
                else
                {
                    next.Done.SetException(written.AsTask().Exception!.InnerExceptions);
                }
            }
        }
    }
}
