namespace Raft;

/// <summary>
/// Work in the background that may hang. One object has everything that occupies the disk except the writes to the log: reads and
/// compactions of the log, the writing of snapshots, and the parts of them that are sent and received. Another has the digests of captures,
/// so that one that hangs hides nothing else. Work begins and ends on any thread.
/// </summary>
internal sealed class StorageWork(IClock clock, Action wake)
{
    private readonly Lock _lock = new();
    private readonly List<OpenWork> _open = []; // bounded by what may be under way
    private int _count;
    private bool _isWaitedFor;

    /// <summary>The work that has made no progress for longest; null if none is under way.</summary>
    public (Work Work, TimeSpan Since)? Oldest
    {
        get
        {
            if (Volatile.Read(ref _count) == 0)
            {
                return null;
            }

            lock (_lock)
            {
                return _open.MinBy(static work => work.Since) is { } oldest ? (oldest.Work, oldest.Since) : null;
            }
        }
    }

    private TimeSpan Now => clock.Now;

    /// <summary>
    /// Begins work, which ends when the result is disposed. Begin it on the worker, so that the worker looks at it in time.
    /// </summary>
    public OpenWork Begin(in Work work)
    {
        OpenWork open = new(this, in work) { Since = clock.Now };
        lock (_lock)
        {
            _open.Add(open);
            _count = _open.Count;
        }

        return open;
    }

    /// <summary>Sets whether the worker is to run whenever some work ends, because it was reported to hang.</summary>
    public void WakeAtEnd(bool wakes)
    {
        lock (_lock)
        {
            _isWaitedFor = wakes;
        }
    }

    private void End(OpenWork work)
    {
        bool wakes;
        lock (_lock)
        {
            wakes = _open.Remove(work) && _isWaitedFor;
            _count = _open.Count;
        }

        if (wakes)
        {
            wake();
        }
    }

    /// <summary>Work that is under way.</summary>
    internal sealed class OpenWork(StorageWork storage, in Work work) : IDisposable
    {
        private long _since;

        public Work Work { get; private set; } = work;

        /// <summary>When it began, or last made progress.</summary>
        public TimeSpan Since
        {
            get => new(Volatile.Read(ref _since));
            init => _since = value.Ticks;
        }

        /// <summary>It has made progress.</summary>
        public void Advance() => Volatile.Write(ref _since, storage.Now.Ticks);

        /// <summary>It has made progress, and what it does now is something else.</summary>
        public void Proceed(in Work next)
        {
            lock (storage._lock)
            {
                Work = next;
                Advance();
            }
        }

        public void Dispose() => storage.End(this);
    }
}
