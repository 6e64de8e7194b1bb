namespace Raft;

/// <summary>
/// Timers ordered by their ticks, and within one tick by the order in which they were set. A binary heap in which each timer knows its
/// position, so that moving or removing one needs no search and no memory.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TimerQueue
{
    private Item[] _heap = new Item[16];
    private int _count;
    private long _lastOrder;

    public bool IsEmpty => _count == 0;

    /// <summary>The tick of the first timer. The queue must not be empty.</summary>
    public long EarliestTick => _heap[0].Tick;

    /// <summary>Adds or moves a timer.</summary>
    public void Set(Item item, long tick)
    {
        item.Order = ++_lastOrder;
        item.Tick = tick;
        if (item.Position < 0)
        {
            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, _count * 2);
            }

            Place(item, _count++);
        }

        SiftDown(SiftUp(item.Position));
    }

    /// <summary>Removes a timer. Returns false if it is not in the queue.</summary>
    public bool Remove(Item item)
    {
        int position = item.Position;
        if (position < 0)
        {
            return false;
        }

        item.Position = -1;
        Item last = _heap[--_count];
        _heap[_count] = null!;
        if (last != item)
        {
            Place(last, position);
            SiftDown(SiftUp(position));
        }

        return true;
    }

    /// <summary>Removes and returns the first timer. The queue must not be empty.</summary>
    public Item RemoveEarliest()
    {
        Item earliest = _heap[0];
        Remove(earliest);
        return earliest;
    }

    private int SiftUp(int position)
    {
        Item item = _heap[position];
        while (position > 0)
        {
            int parent = (position - 1) / 2;
            if (!item.IsBefore(_heap[parent]))
            {
                break;
            }

            Place(_heap[parent], position);
            position = parent;
        }

        Place(item, position);
        return position;
    }

    private void SiftDown(int position)
    {
        Item item = _heap[position];
        while (true)
        {
            int child = (2 * position) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(item))
            {
                break;
            }

            Place(_heap[child], position);
            position = child;
        }

        Place(item, position);
    }

    private void Place(Item item, int position)
    {
        _heap[position] = item;
        item.Position = position;
    }

    /// <summary>A timer: its callback, and its position in the queue.</summary>
    internal abstract class Item(Action callback)
    {
        public Action Callback { get; } = callback;

        /// <summary>The tick at which it is due.</summary>
        public long Tick { get; set; }

        /// <summary>Increases with each <see cref="Set"/>.</summary>
        public long Order { get; set; }

        /// <summary>Its position in the heap; -1 if it is not in the queue.</summary>
        public int Position { get; set; } = -1;

        public bool IsBefore(Item other) => Tick != other.Tick ? Tick < other.Tick : Order < other.Order;
    }
}
