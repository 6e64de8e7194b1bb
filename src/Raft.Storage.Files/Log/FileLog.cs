using Microsoft.Extensions.Logging;

namespace Raft.Storage.Files;

/// <summary>
/// The log of a node in a folder. Calls are merged into groups; a group is written and synced before the next one is begun, so whatever
/// arrives meanwhile forms the next group.
/// </summary>
/// <remarks>All members may be called on any thread. None blocks.</remarks>
internal sealed partial class FileLog(
    IFileSystem files, IDiskThreads threads, string directory, long segmentBytes, Func<Guid> newStoreId, ILogger logger)
    : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly LogCallPool _calls = new();
    private readonly Queue<LogCall> _queue = new();
    private readonly List<LogCall> _taken = []; // by the writer
    private readonly List<SegmentFile> _obsolete = []; // the writer's
    private readonly EntryWindow _window = new(); // what the segments do not hold yet
    private readonly SegmentSupply _supply = new(files, directory, segmentBytes, logger);
    private LogLife _life;
    private OpenedLog? _log;
    private IDisposable? _folder;
    private Exception? _failure;
    private long _startIndex; // as of the last call, as are these two
    private long _lastIndex;
    private long _truncations;
    private bool _isWriting;

    /// <inheritdoc cref="ILogStore.WriteAsync"/>
    public ValueTask WriteAsync(in LogWrite write)
    {
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            if (!write.Entries.IsEmpty)
            {
                if (FindProblem(write.FirstIndex) is { } reason)
                {
                    _failure = new ArgumentException(reason, nameof(write));
                    return ValueTask.FromException(_failure);
                }

                _truncations += write.FirstIndex <= _lastIndex ? 1 : 0;
                _window.Write(write.FirstIndex, write.Entries);
                _lastIndex = _window.Last;
            }

            LogCall call = _calls.Rent();
            call.Begin(LogCallKind.Write, in write);
            return Enqueue(call);
        }
    }

    /// <inheritdoc cref="ILogStore.CompactAsync"/>
    public ValueTask CompactAsync(long throughIndex)
    {
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            if (throughIndex > _lastIndex)
            {
                return ValueTask.FromException(
                    new ArgumentOutOfRangeException(nameof(throughIndex), throughIndex, $"The log ends at {_lastIndex}."));
            }

            if (throughIndex <= _startIndex)
            {
                return ValueTask.CompletedTask;
            }

            _startIndex = throughIndex;
            LogCall call = _calls.Rent();
            call.Begin(LogCallKind.Compact, index: throughIndex);
            return Enqueue(call);
        }
    }

    /// <inheritdoc cref="ILogStore.ResetAsync"/>
    public ValueTask ResetAsync(long index, long term)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(term);
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            _startIndex = _lastIndex = index;
            _truncations++;
            _window.Restart(index + 1);
            LogCall call = _calls.Rent();
            call.Begin(LogCallKind.Reset, index: index, term: term);
            return Enqueue(call);
        }
    }

    /// <inheritdoc cref="ILogStore.CloseAsync"/>
    public ValueTask CloseAsync()
    {
        lock (_lock)
        {
            if (_life != LogLife.Open)
            {
                return ValueTask.CompletedTask;
            }

            _life = LogLife.Closing;
            LogCall call = _calls.Rent();
            call.Begin(LogCallKind.Close);
            return Enqueue(call);
        }
    }

    private static InvalidOperationException NotOpen() => new("The log store is not open: open it first.");

    private Exception? Unusable() => _life == LogLife.Open ? _failure : NotOpen();

    private string? FindProblem(long firstIndex) =>
        firstIndex <= _startIndex
            ? $"Entries from {firstIndex} on cannot be written: earlier entries were compacted, and the log starts at {_startIndex + 1}."
            : firstIndex > _lastIndex + 1
            ? $"Entries from {firstIndex} on cannot be written: the log ends at {_lastIndex}, so they would leave a gap."
            : null;

    private ValueTask Enqueue(LogCall call)
    {
        ValueTask task = call.Task;
        _queue.Enqueue(call);
        if (!_isWriting)
        {
            _isWriting = true;
            threads.Run(this);
        }

        return task;
    }

    /// <summary>Whether the log can be called.</summary>
    private enum LogLife
    {
        Closed,
        Open,
        Closing,
    }

    /// <summary>What belongs to one opening.</summary>
    /// <param name="Content">What the groups add up to. The writer's.</param>
    /// <param name="Index">Where the entries are.</param>
    /// <param name="Segments">The segments. The writer's.</param>
    /// <param name="Group">The group that is being written. The writer's.</param>
    private sealed record OpenedLog(LogContent Content, LogIndex Index, LogSegments Segments, GroupBuilder Group);
}
