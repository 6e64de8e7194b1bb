using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>Gives out the tokens of the current leadership, and cancels them when it is lost.</summary>
internal sealed class LeadershipToken(IScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<Tokens> _lost = new();
    private Tokens? _current;
    private long _term;

    /// <summary>Follows the node's role; called by its worker.</summary>
    public void Update(bool leads, long term)
    {
        lock (_lock)
        {
            if (leads && _current is not null && _term == term)
            {
                return;
            }

            if (_current is null && !leads)
            {
                return;
            }

            bool loses = _current is not null;
            if (loses)
            {
                _lost.Enqueue(_current!);
            }

            _current = leads ? new Tokens() : null;
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
                return _current is null ? null : new Leadership(_term, _current.Public.Token) { Ended = _current.Internal.Token };
            }
        }
    }

    /// <summary>
    /// Whether a leadership is the current one. It ceases to be so before its tokens are cancelled, and before a proposal is refused
    /// because of its loss.
    /// </summary>
    public bool IsCurrent(Leadership leadership)
    {
        lock (_lock)
        {
            return IsCurrentLocked(leadership);
        }
    }

    /// <summary>
    /// Begins work for a leadership, unless it is no longer the current one. A leader that hands over first ends its leadership and then
    /// looks for such work, so it finds everything that began.
    /// </summary>
    public bool TryBegin(LeaderWork work, Leadership leadership)
    {
        lock (_lock)
        {
            bool begins = IsCurrentLocked(leadership);
            if (begins)
            {
                work.Begin();
            }

            return begins;
        }
    }

    /// <summary>Cancels, away from the worker: callbacks on the public token are users' code.</summary>
    public void Execute()
    {
        while (true)
        {
            Tokens? lost;
            lock (_lock)
            {
                if (!_lost.TryDequeue(out lost))
                {
                    return;
                }
            }

            lost.Internal.Cancel();
            lost.Public.Cancel();
        }
    }

    private bool IsCurrentLocked(Leadership leadership) => _current is { } current && current.Internal.Token == leadership.Ended;

    /// <summary>A callback that an application registers may block, and the callbacks of this library must not wait for it.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
    private sealed class Tokens
    {
        public CancellationTokenSource Internal { get; } = new();

        public CancellationTokenSource Public { get; } = new();
    }
}
