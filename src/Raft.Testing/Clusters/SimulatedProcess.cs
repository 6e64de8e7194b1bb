namespace Raft.Testing;

/// <summary>
/// The process of a simulated node from one start to its end: the clock and the scheduler that the node uses. Its clock can run
/// fast or slow, and it can be paused, as by a debugger or a busy machine. After it is killed, it runs no further code, as after
/// a crash, although the node object still exists.
/// </summary>
internal sealed class SimulatedProcess(SimulatedWorld world) : IClock, IScheduler
{
    private readonly List<ProcessTimer> _timers = [];
    private readonly Queue<IThreadPoolWorkItem> _held = new();
    private readonly List<(TimeSpan World, TimeSpan Own, double Rate)> _rates = [(TimeSpan.Zero, TimeSpan.Zero, 1)]; // since when each
    private bool _isDead;

    private SimulatedClock World => world.Clock;

    /// <summary>Whether the current work runs on a separate thread, where it may block.</summary>
    public bool IsOnOwnThread { get; private set; }

    /// <summary>Whether the process is paused.</summary>
    public bool IsPaused { get; private set; }

    public TimeSpan Now
    {
        get
        {
            (TimeSpan worldThen, TimeSpan ownThen, double rate) = _rates[^1];
            return ownThen + ((world.Clock.Now - worldThen) * rate);
        }
    }

    private double Rate => _rates[^1].Rate;

    public DateTimeOffset UtcNow => SimulatedClock.Origin + Now + WallOffset;

    /// <summary>How far its wall clock is wrong.</summary>
    public TimeSpan WallOffset { get; set; }

    public IClockTimer CreateTimer(Action callback)
    {
        ProcessTimer timer = new(this, callback);
        _timers.Add(timer);
        if (_isDead)
        {
            timer.Dispose();
        }

        return timer;
    }

    public void Schedule(IThreadPoolWorkItem item, bool preferLocal) => world.Scheduler.Schedule(new Item(this, item), preferLocal);

    public IBlockingScheduler CreateBlocking(string name) => new BlockingItems(this, world.Scheduler.CreateBlocking(name));

    /// <summary>Makes its clock run faster or slower than the world's from now on.</summary>
    public void SetRate(double rate)
    {
        _rates.Add((world.Clock.Now, Now, rate));
        foreach (ProcessTimer timer in _timers)
        {
            timer.SetAgain();
        }
    }

    /// <summary>What the world's clock showed when the process' own clock showed a time.</summary>
    public TimeSpan WorldTimeOf(TimeSpan own)
    {
        int last = _rates.FindLastIndex(each => each.Own <= own);
        (TimeSpan worldThen, TimeSpan ownThen, double rate) = _rates[Math.Max(last, 0)];
        return worldThen + ((own - ownThen) / rate);
    }

    /// <summary>Pauses the process. Time continues.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>Resumes the process with everything that arrived during the pause, including timers that became due.</summary>
    public void Resume()
    {
        IsPaused = false;
        while (_held.TryDequeue(out IThreadPoolWorkItem? item))
        {
            world.Scheduler.Schedule(new Item(this, item), preferLocal: false);
        }

        foreach (ProcessTimer timer in _timers)
        {
            timer.SetAgain();
        }
    }

    /// <summary>Ends the process. Its timers are removed, and waiting work is dropped when its turn comes.</summary>
    public void Kill()
    {
        _isDead = true;
        foreach (ProcessTimer timer in _timers)
        {
            timer.Dispose();
        }
    }

    private sealed class Item(SimulatedProcess process, IThreadPoolWorkItem inner) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (process._isDead)
            {
                return;
            }

            if (process.IsPaused)
            {
                process._held.Enqueue(inner);
                return;
            }

            inner.Execute();
        }
    }

    private sealed class BlockingItems(SimulatedProcess process, IBlockingScheduler inner) : IBlockingScheduler
    {
        public void Schedule(IThreadPoolWorkItem item) => inner.Schedule(new Item(process, new OnOwnThread(process, item)));

        public void Dispose() => inner.Dispose();

        private sealed class OnOwnThread(SimulatedProcess process, IThreadPoolWorkItem item) : IThreadPoolWorkItem
        {
            public void Execute()
            {
                process.IsOnOwnThread = true;
                try
                {
                    item.Execute();
                }
                finally
                {
                    process.IsOnOwnThread = false;
                }
            }
        }
    }

    /// <summary>A timer in the process' own time.</summary>
    private sealed class ProcessTimer : IClockTimer
    {
        private readonly SimulatedProcess _process;
        private readonly Action _callback;
        private readonly IClockTimer _inner;
        private TimeSpan? _dueAt;

        public ProcessTimer(SimulatedProcess process, Action callback)
        {
            _process = process;
            _callback = callback;
            _inner = process.World.CreateTimer(OnDue);
        }

        public void Set(TimeSpan dueAt)
        {
            _dueAt = dueAt;
            SetAgain();
        }

        public void Clear()
        {
            _dueAt = null;
            _inner.Clear();
        }

        public void Dispose()
        {
            _dueAt = null;
            _inner.Dispose();
        }

        /// <summary>Sets the timer to the world time at which the process' clock will show the due time.</summary>
        public void SetAgain()
        {
            if (_dueAt is { } dueAt)
            {
                TimeSpan left = (dueAt - _process.Now) / _process.Rate;
                _inner.Set(_process.World.Now + (left > TimeSpan.Zero ? left : TimeSpan.Zero));
            }
        }

        private void OnDue()
        {
            if (_process.IsPaused || _dueAt is not { } dueAt)
            {
                return; // it is set again when the process is resumed
            }

            if (_process.Now < dueAt)
            {
                _inner.Set(_process.World.Now + TimeSpan.FromTicks(1)); // rounding has cut off a tick
                return;
            }

            _dueAt = null;
            _callback();
        }
    }
}
