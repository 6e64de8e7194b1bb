namespace Raft;

/// <summary>
/// Reads that wait until the state machine has applied an index, the smallest index first. Used by the <see cref="Applier"/>, under its
/// lock.
/// </summary>
internal sealed class DeferredReads(ReadLimit limit)
{
    private const int MinimumToClean = 64;

    private readonly PriorityQueue<StateMachineQuery, (long Index, long Order)> _reads = new(); // bounded by the limit
    private long _order;
    private int _cleanAt = MinimumToClean;

    /// <summary>How many wait.</summary>
    public int Count => _reads.Count;

    public void Add(StateMachineQuery read)
    {
        if (_reads.Count >= _cleanAt)
        {
            RemoveCancelled();
        }

        _reads.Enqueue(read, (read.Index, ++_order));
    }

    /// <summary>Moves the reads whose index is applied, in their order, to those that may run.</summary>
    public void Release(long appliedIndex, Queue<StateMachineQuery> ready)
    {
        while (_reads.TryPeek(out StateMachineQuery? read, out (long Index, long Order) key) && key.Index <= appliedIndex)
        {
            _reads.Dequeue();
            ready.Enqueue(read);
        }
    }

    /// <summary>Takes all of them out.</summary>
    public List<StateMachineQuery> TakeAll()
    {
        List<StateMachineQuery> all = [.. _reads.UnorderedItems.Select(static item => item.Element)];
        _reads.Clear();
        return all;
    }

    /// <summary>Callers with timeouts must not fill the queue while the state machine does not get there.</summary>
    private void RemoveCancelled()
    {
        (StateMachineQuery Read, (long Index, long Order) Key)[] pending =
            [.. _reads.UnorderedItems.Where(static item => item.Element.IsPending)];
        limit.Leave(_reads.Count - pending.Length);
        _reads.Clear();
        _reads.EnqueueRange(pending);
        _cleanAt = Math.Max(MinimumToClean, 2 * _reads.Count);
    }
}
