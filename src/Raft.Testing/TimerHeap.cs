namespace Raft.Testing;

/// <summary>
/// The timers that are set, the next one first. A timer knows its position, so that setting it again, which nodes do at every
/// message, needs no search and no allocation.
/// </summary>
internal sealed class TimerHeap
{
    private Timer[] _timers = new Timer[16];
    private int _count;

    /// <summary>The timer that is due first; of several with the same time, the one that was set first. Null if none is set.</summary>
    public Timer? First => _count == 0 ? null : _timers[0];

    public void Add(Timer timer)
    {
        if (_count == _timers.Length)
        {
            Array.Resize(ref _timers, _count * 2);
        }

        MoveUp(timer, _count++);
    }

    /// <summary>Removes a timer; does nothing if it is not set.</summary>
    public void Remove(Timer timer)
    {
        int place = timer.Place;
        if (place < 0)
        {
            return;
        }

        timer.Place = -1;
        Timer last = _timers[--_count];
        _timers[_count] = null!;
        if (last == timer)
        {
            return;
        }

        if (place > 0 && last.IsBefore(_timers[(place - 1) / 2]))
        {
            MoveUp(last, place);
        }
        else
        {
            MoveDown(last, place);
        }
    }

    private void MoveUp(Timer timer, int place)
    {
        while (place > 0 && timer.IsBefore(_timers[(place - 1) / 2]))
        {
            Put(_timers[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }

        Put(timer, place);
    }

    private void MoveDown(Timer timer, int place)
    {
        while ((2 * place) + 1 < _count)
        {
            int child = (2 * place) + 1;
            if (child + 1 < _count && _timers[child + 1].IsBefore(_timers[child]))
            {
                child++;
            }

            if (!_timers[child].IsBefore(timer))
            {
                break;
            }

            Put(_timers[child], place);
            place = child;
        }

        Put(timer, place);
    }

    private void Put(Timer timer, int place)
    {
        _timers[place] = timer;
        timer.Place = place;
    }

    internal abstract class Timer
    {
        public TimeSpan DueAt { get; set; }

        /// <summary>Grows each time that any timer is set, so that no two timers are equal.</summary>
        public long Order { get; set; }

        /// <summary>The position in the heap; negative if it is not in the heap.</summary>
        public int Place { get; set; } = -1;

        public bool IsBefore(Timer other) => DueAt < other.DueAt || (DueAt == other.DueAt && Order < other.Order);
    }
}
