namespace Raft;

/// <summary>
/// The messages that an <see cref="InProcessNetwork"/> holds back until they are due. Messages of the same due time leave
/// in the order in which they came, so a fixed delay keeps the order of each link.
/// </summary>
/// <remarks>Safe to use from any thread.</remarks>
internal sealed class DelayedMessages(InProcessNetwork network, IClock clock, int capacity)
{
    private readonly record struct Item(InProcessEndpoint From, InProcessEndpoint To, RaftMessage Message);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<Item, (TimeSpan DueAt, long Sequence)> _held = new();
    private readonly Queue<Item> _released = new();
    private IClockTimer? _timer;
    private TimeSpan? _timerSetTo;
    private long _sequence;
    private bool _delivering;

    /// <summary>Holds a message back, unless too many are on the way to its destination already.</summary>
    public bool TryAdd(InProcessEndpoint from, InProcessEndpoint to, RaftMessage message, TimeSpan delay)
    {
        lock (_lock)
        {
            if (to.Delayed >= capacity)
            {
                return false;
            }

            to.Delayed++;
            _held.Enqueue(new Item(from, to, message), (clock.Now + delay, _sequence++));
            if (!_delivering)
            {
                SetTimer();
            }

            return true;
        }
    }

    /// <summary>Delivers all messages that are held back now, in the order of their due times.</summary>
    public void Release()
    {
        lock (_lock)
        {
            while (_held.TryDequeue(out Item item, out _))
            {
                _released.Enqueue(item);
            }
        }

        DeliverDue();
    }

    /// <summary>Delivers what is due. One thread at a time, for the order; any other leaves its work to the first.</summary>
    private void DeliverDue()
    {
        lock (_lock)
        {
            _timerSetTo = null;
            if (_delivering)
            {
                return;
            }

            _delivering = true;
        }

        while (TryTakeDue(out Item item))
        {
            network.DeliverDelayed(item.From, item.To, item.Message);
        }
    }

    private bool TryTakeDue(out Item item)
    {
        lock (_lock)
        {
            if (!_released.TryDequeue(out item))
            {
                if (!_held.TryPeek(out item, out (TimeSpan DueAt, long) next) || next.DueAt > clock.Now)
                {
                    _delivering = false;
                    SetTimer();
                    return false;
                }

                _held.Dequeue();
            }

            item.To.Delayed--;
            return true;
        }
    }

    private void SetTimer()
    {
        if (!_held.TryPeek(out _, out (TimeSpan DueAt, long) next))
        {
            _timer?.Clear();
            _timerSetTo = null;
        }
        else if (next.DueAt != _timerSetTo)
        {
            _timer ??= clock.CreateTimer(DeliverDue);
            _timerSetTo = next.DueAt;
            _timer.Set(next.DueAt);
        }
    }
}
