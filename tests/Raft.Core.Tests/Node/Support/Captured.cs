namespace Raft.Tests.Node;

/// <summary>A state machine of no state, whose snapshots do what a test says.</summary>
internal sealed class Captured : IStateMachine
{
    private readonly List<string> _calls = [];

    public bool MayBlock { get; init; }

    /// <summary>Where it begins; what it applies does not move it.</summary>
    public long AppliedIndex { get; init; }

    /// <summary>Runs whenever its state is captured.</summary>
    public Action? OnCapture { get; set; }

    /// <summary>Runs whenever a capture is disposed.</summary>
    public Action? OnDispose { get; set; }

    /// <summary>"apply", "capture", "write", "dispose" and "restore", in order; with the name of its thread, if it has one.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        Note("apply");
        return ValueTask.CompletedTask;
    }

    public ISnapshotCapture Capture()
    {
        Note("capture");
        OnCapture?.Invoke();
        return new Capture8(this);
    }

    public ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        Note("restore");
        return ValueTask.CompletedTask;
    }

    private void Note(string call)
    {
        lock (_calls)
        {
            _calls.Add(Thread.CurrentThread is { IsThreadPoolThread: false, Name: { } thread } ? $"{call} on {thread}" : call);
        }
    }

    /// <summary>Writes eight bytes.</summary>
    private sealed class Capture8(Captured machine) : ISnapshotCapture
    {
        public ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken)
        {
            machine.Note("write");
            return destination.WriteAsync(new byte[8], cancellationToken);
        }

        public void Dispose()
        {
            machine.Note("dispose");
            machine.OnDispose?.Invoke();
        }
    }
}
