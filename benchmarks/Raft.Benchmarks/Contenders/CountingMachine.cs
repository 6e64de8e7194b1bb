using System.Buffers.Binary;
using System.Diagnostics;

namespace Raft.Benchmarks.Contenders;

/// <summary>About the least that a state machine can do: it counts, and folds the beginning of each command into a number.</summary>
internal class CountingMachine : IStateMachine
{
    private const int SnapshotBytes = 16;

    private CommandFold _fold;
    private long _lastApply;
    private long _longestPause;

    /// <summary>How many commands it has applied.</summary>
    public long Count => Volatile.Read(ref _fold.Count);

    /// <summary>Of all commands, in their order.</summary>
    public long Hash => Volatile.Read(ref _fold.Hash);

    /// <summary>Forgets the pauses so far.</summary>
    public void BeginWatchingPauses()
    {
        Volatile.Write(ref _lastApply, Stopwatch.GetTimestamp());
        Volatile.Write(ref _longestPause, 0);
    }

    /// <summary>The longest time between two commits, or since the last one, from when watching began.</summary>
    public TimeSpan LongestPause() => Stopwatch.GetElapsedTime(
        0, Math.Max(Volatile.Read(ref _longestPause), Stopwatch.GetTimestamp() - Volatile.Read(ref _lastApply)));

    public virtual ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        long now = Stopwatch.GetTimestamp();
        _longestPause = Math.Max(_longestPause, now - _lastApply);
        _lastApply = now;
        for (int position = 0; position < batch.Count; position++)
        {
            _fold.Add(batch.Command(position).Span);
            batch.Complete(position, ReadOnlyMemory<byte>.Empty);
        }

        return ValueTask.CompletedTask;
    }

    public virtual ISnapshotCapture Capture() => SnapshotCapture.Of(_fold, static (fold, destination, stopping) =>
    {
        byte[] bytes = new byte[SnapshotBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, fold.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(long)), fold.Hash);
        return destination.WriteAsync(bytes, stopping);
    });

    public virtual async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[SnapshotBytes];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        _fold.Count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        _fold.Hash = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(sizeof(long)));
    }
}
