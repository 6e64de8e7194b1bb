namespace Raft.Testing;

/// <summary>
/// One life of a simulated node: the clock and the scheduler that it stands on, which can be pulled out from under it. After
/// that nothing of it ever runs again, as after a crash, while the object that was the node still exists.
/// </summary>
internal sealed class SimulatedProcess(SimulatedWorld world) : IClock, IScheduler
{
    private readonly List<IClockTimer> _timers = [];
    private bool _isDead;

    public TimeSpan Now => world.Clock.Now;

    public DateTimeOffset UtcNow => world.Clock.UtcNow;

    public IClockTimer CreateTimer(Action callback)
    {
        IClockTimer timer = world.Clock.CreateTimer(callback);
        _timers.Add(timer);
        if (_isDead)
        {
            timer.Dispose();
        }

        return timer;
    }

    public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => world.Scheduler.Schedule(new Item(this, item), preferLocal);

    public IBlockingScheduler CreateBlocking(string name) => new BlockingItems(this, world.Scheduler.CreateBlocking(name));

    /// <summary>Ends it: its timers are gone, and work that waits is dropped when its turn comes.</summary>
    public void Kill()
    {
        _isDead = true;
        foreach (IClockTimer timer in _timers)
        {
            timer.Dispose();
        }
    }

    private sealed class Item(SimulatedProcess process, IThreadPoolWorkItem inner) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (!process._isDead)
            {
                inner.Execute();
            }
        }
    }

    private sealed class BlockingItems(SimulatedProcess process, IBlockingScheduler inner) : IBlockingScheduler
    {
        public void Schedule(IThreadPoolWorkItem item) => inner.Schedule(new Item(process, item));

        public void Dispose() => inner.Dispose();
    }
}
