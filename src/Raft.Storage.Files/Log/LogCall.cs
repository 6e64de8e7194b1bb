using System.Threading.Tasks.Sources;

namespace Raft.Storage.Files;

/// <summary>A call that changes the log, and what its caller waits for. It is used again after the caller has fetched the result.</summary>
internal sealed class LogCall(LogCallPool pool) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core; // resumes its caller on the disk's thread: a node only posts to its mailbox then

    /// <summary>What the call does.</summary>
    public LogCallKind Kind { get; private set; }

    /// <summary>The hard state and the entries of a <see cref="LogCallKind.Write"/>.</summary>
    public LogWrite Write { get; private set; }

    /// <summary>The index of a compaction or a reset.</summary>
    public long Index { get; private set; }

    /// <summary>The term of a reset.</summary>
    public long Term { get; private set; }

    /// <summary>The task of the caller, which awaits it once.</summary>
    public ValueTask Task => new(this, _core.Version);

    /// <summary>Begins a use.</summary>
    public void Begin(LogCallKind kind, in LogWrite write = default, long index = 0, long term = 0) =>
        (Kind, Write, Index, Term) = (kind, write, index, term);

    /// <summary>Ends it. The object may be in use again when this returns.</summary>
    public void Complete(Exception? error)
    {
        if (error is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(error);
        }
    }

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        bool isDone = _core.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            if (isDone)
            {
                Write = default;
                _core.Reset();
                pool.Return(this);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

/// <summary>What a call does.</summary>
internal enum LogCallKind
{
    /// <summary>Writes a hard state and a suffix.</summary>
    Write,

    /// <summary>Drops the entries up to an index.</summary>
    Compact,

    /// <summary>Restarts the log after an index.</summary>
    Reset,

    /// <summary>Ends the log cleanly: the group that it writes proves that the one before was synced.</summary>
    Close,
}

/// <summary>Calls that are not in use.</summary>
internal sealed class LogCallPool
{
    private const int MaximumSpares = 1_024;

    private readonly Stack<LogCall> _spares = new();
    private readonly Lock _lock = new();

    public LogCall Rent()
    {
        lock (_lock)
        {
            return _spares.TryPop(out LogCall? call) ? call : new LogCall(this);
        }
    }

    public void Return(LogCall call)
    {
        lock (_lock)
        {
            if (_spares.Count < MaximumSpares)
            {
                _spares.Push(call);
            }
        }
    }
}
