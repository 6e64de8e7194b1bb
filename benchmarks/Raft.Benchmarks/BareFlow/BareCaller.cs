using System.Threading.Tasks.Sources;

namespace Raft.Benchmarks.BareFlow;

/// <summary>A proposal and its waiting caller. Reused, so that a proposal allocates nothing.</summary>
internal sealed class BareCaller : IValueTaskSource<long>
{
    private const int MaximumKept = 16_384;

    // A caller returns on the thread that proposes next, so a pool per thread is never empty and needs no lock.
    [ThreadStatic]
    private static Stack<BareCaller>? _free;

    private ManualResetValueTaskSourceCore<long> _core;
    private long _index;

    private BareCaller()
    {
    }

    public byte[]? Payload { get; private set; }

    public ValueTask<long> Task => new(this, _core.Version);

    public static BareCaller Rent(byte[] payload)
    {
        if (_free is null || !_free.TryPop(out BareCaller? caller))
        {
            caller = new BareCaller();
        }

        caller.Payload = payload;
        return caller;
    }

    /// <summary>Records the result, for the code that then calls <see cref="Resume"/>.</summary>
    public void Complete(long index)
    {
        _index = index;
        Payload = null;
    }

    public void Resume() => _core.SetResult(_index);

    public long GetResult(short token)
    {
        long index = _core.GetResult(token);
        _core.Reset();
        Stack<BareCaller> free = _free ??= new Stack<BareCaller>();
        if (free.Count < MaximumKept)
        {
            free.Push(this);
        }

        return index;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
