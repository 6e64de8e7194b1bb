namespace Raft.Transport.Tcp.Fuzz;

/// <summary>A clock that a run advances, and a scheduler of one thread. Nothing happens in between.</summary>
internal sealed class FuzzWorld : IClock, IScheduler
{
    private const int MaximumSteps = 1_000_000;

    private readonly Queue<IThreadPoolWorkItem> _items = new();
    private readonly List<Timer> _timers = [];

    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    public DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch + Now;

    public IClockTimer CreateTimer(Action callback)
    {
        Timer timer = new(callback, this);
        _timers.Add(timer);
        return timer;
    }

    public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => _items.Enqueue(item);

    public IBlockingScheduler CreateBlocking(string name) => throw new NotSupportedException();

    /// <summary>Runs everything that is scheduled, and what follows from it.</summary>
    public void Run()
    {
        for (int steps = 0; _items.TryDequeue(out IThreadPoolWorkItem? item); steps++)
        {
            if (steps == MaximumSteps)
            {
                throw new FuzzException($"after {MaximumSteps} work items there is always another one");
            }

            item.Execute();
        }
    }

    public void Advance(TimeSpan time)
    {
        Now += time;
        foreach (Timer timer in _timers.Where(timer => timer.DueAt <= Now).ToArray())
        {
            timer.Fire();
        }

        Run();
    }

    private sealed class Timer(Action callback, FuzzWorld world) : IClockTimer
    {
        public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

        public void Set(TimeSpan dueAt) => DueAt = dueAt;

        public void Clear() => DueAt = TimeSpan.MaxValue;

        public void Fire()
        {
            Clear();
            callback();
        }

        public void Dispose() => world._timers.Remove(this);
    }
}
