namespace Raft;

/// <summary>Gives out the token of the current leadership, and cancels it when it is lost.</summary>
internal sealed class LeadershipToken(IScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<CancellationTokenSource> _lost = new();
    private CancellationTokenSource? _source;
    private long _term;

    /// <summary>Follows the node's role; called by its worker.</summary>
    public void Update(bool leads, long term)
    {
        lock (_lock)
        {
            if (leads && _source is not null && _term == term)
            {
                return;
            }

            if (_source is null && !leads)
            {
                return;
            }

            bool loses = _source is not null;
            if (loses)
            {
                _lost.Enqueue(_source!);
            }

            _source = leads ? new CancellationTokenSource() : null;
            _term = term;
            if (!loses)
            {
                return;
            }
        }

        scheduler.Schedule(this, preferLocal: false);
    }

    /// <summary>The current leadership, or null.</summary>
    public Leadership? Current
    {
        get
        {
            lock (_lock)
            {
                return _source is null ? null : new Leadership(_term, _source.Token);
            }
        }
    }

    /// <summary>Cancels, away from the worker: callbacks on the token are users' code.</summary>
    public void Execute()
    {
        while (true)
        {
            CancellationTokenSource? lost;
            lock (_lock)
            {
                if (!_lost.TryDequeue(out lost))
                {
                    return;
                }
            }

            lost.Cancel();
        }
    }
}
