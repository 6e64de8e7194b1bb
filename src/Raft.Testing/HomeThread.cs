using System.Diagnostics;

namespace Raft.Testing;

/// <summary>
/// The thread that is inside a simulation, and the calls that came from elsewhere. Any thread may enter, one at a time: the simulation is
/// at home on the thread that is inside. Until it leaves, it has no synchronization context, through which awaits would leave too.
/// </summary>
/// <remarks>
/// An escape is only recorded where it happens, since an exception on another thread would end the process. The next run reports it. What
/// was started inside carries a mark in its <see cref="ExecutionContext"/>, by which an escape is known when nobody is inside. On the thread
/// that was inside last, it is none: there, a test completes something between two calls, and what waited for it continues at once.
/// </remarks>
internal sealed class HomeThread
{
    private const int Nobody = 0; // is the id of no thread

    private static readonly AsyncLocal<HomeThread?> StartedInside = new();

    private readonly Lock _lock = new();
    private readonly List<string> _escapes = [];
    private int _inside = Nobody;
    private int _last = Nobody; // the thread that was inside last
    private int _depth; // of the calls of the thread that is inside
    private ExecutionContext? _outside; // of the last visit
    private ExecutionContext? _marked; // the same, with the mark
    private volatile bool _hasEscapes; // looked at in each step, where a lock would cost more than all the rest

    /// <summary>Whether any call came from elsewhere.</summary>
    public bool HasEscapes => _hasEscapes;

    /// <summary>Enters, until the visit is disposed. The thread that is inside may enter again.</summary>
    /// <exception cref="InvalidOperationException">Another thread is inside.</exception>
    public Visit Enter()
    {
        int thread = Environment.CurrentManagedThreadId;
        int inside = Interlocked.CompareExchange(ref _inside, thread, Nobody);
        if (inside == thread)
        {
            _depth++;
            return new Visit(this, context: null, outside: null);
        }

        if (inside != Nobody)
        {
            throw Occupied(inside, thread);
        }

        Visit visit = new(this, SynchronizationContext.Current, ExecutionContext.Capture());
        Mark(visit.Outside);
        SynchronizationContext.SetSynchronizationContext(null);
        _depth = 1;
        return visit;
    }

    /// <summary>Marks what is started from now on. The mark allocates, so the context that has it is kept for the next visit.</summary>
    private void Mark(ExecutionContext? outside)
    {
        if (outside is not null && outside == _outside)
        {
            ExecutionContext.Restore(_marked!);
            return;
        }

        StartedInside.Value = this;
        (_outside, _marked) = (outside, ExecutionContext.Capture());
    }

    /// <summary>Whether the caller belongs to the simulation, or uses it while nobody is inside. If not, records the caller.</summary>
    public bool Admits(string what)
    {
        int thread = Environment.CurrentManagedThreadId;
        int inside = Volatile.Read(ref _inside);
        if (inside == thread || (inside == Nobody && (StartedInside.Value != this || Volatile.Read(ref _last) == thread)))
        {
            return true;
        }

        Record(inside == Nobody
            ? $"{what} on thread {thread} after the call had returned that ran the simulation"
            : $"{what} on thread {thread} instead of {inside}");
        return false;
    }

    /// <summary>Throws if a call came from elsewhere.</summary>
    public void ThrowIfLeft()
    {
        if (_hasEscapes)
        {
            lock (_lock)
            {
                throw new SimulationException($"ESCAPED: work left the simulation's thread {_escapes.Count} time(s). The first: "
                    + $"{_escapes[0]}");
            }
        }
    }

    private InvalidOperationException Occupied(int inside, int thread)
    {
        if (StartedInside.Value == this)
        {
            Record($"the simulation was used on thread {thread} instead of {inside}");
        }

        return new InvalidOperationException(
            $"Two threads use one simulation at once: thread {inside} runs it, and thread {thread} has called it. Any thread may use it, "
                + "also after an await, but only one at a time. Wait for the first call to return, or make a simulation for each thread.");
    }

    private void Record(string what)
    {
        StackTrace stack = new(skipFrames: 2, fNeedFileInfo: true);
        lock (_lock)
        {
            _escapes.Add($"{what}, {UserFrame.Describe(stack)}:{Environment.NewLine}{stack}");
            _hasEscapes = true;
        }
    }

    private void Leave(SynchronizationContext? context, ExecutionContext? outside)
    {
        if (--_depth > 0)
        {
            return;
        }

        if (outside is null)
        {
            StartedInside.Value = null; // contexts do not flow here
        }
        else
        {
            ExecutionContext.Restore(outside);
        }

        SynchronizationContext.SetSynchronizationContext(context);
        Volatile.Write(ref _last, Environment.CurrentManagedThreadId);
        Volatile.Write(ref _inside, Nobody);
    }

    /// <summary>The time that a thread is inside.</summary>
    /// <param name="home">What it is inside of.</param>
    /// <param name="context">The synchronization context that it had outside.</param>
    /// <param name="outside">The execution context that it had outside; null if contexts do not flow.</param>
    public readonly ref struct Visit(HomeThread home, SynchronizationContext? context, ExecutionContext? outside) : IDisposable
    {
        private readonly SynchronizationContext? _context = context;

        /// <summary>The execution context outside.</summary>
        public ExecutionContext? Outside { get; } = outside;

        /// <summary>Leaves.</summary>
        public void Dispose() => home.Leave(_context, Outside);
    }
}
