namespace Raft;

/// <summary>
/// Reads that wait until the state machine has applied an index, the smallest index first. Used by the <see cref="Applier"/>, under its
/// lock.
/// </summary>
internal sealed class DeferredReads(ReadLimit limit)
{
    private readonly PriorityQueue<StateMachineQuery, (long Index, long Order)> _reads = new(); // bounded by the limit
    private long _order;
    private CleaningThreshold _cleaning = new();

    /// <summary>How many wait.</summary>
    public int Count => _reads.Count;

    public void Add(StateMachineQuery read)
    {
        if (_cleaning.IsReached(_reads.Count))
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

        if (_reads.Count == 0)
        {
            _cleaning.Reset(0);
        }
    }

    /// <summary>Takes all of them out.</summary>
    public List<StateMachineQuery> TakeAll()
    {
        List<StateMachineQuery> all = [.. _reads.UnorderedItems.Select(static item => item.Element)];
        _reads.Clear();
        return all;
    }

    /// <summary>Keeps callers with timeouts from filling the queue while the state machine does not get there.</summary>
    public void RemoveCancelled()
    {
        (StateMachineQuery Read, (long Index, long Order) Key)[] pending =
            [.. _reads.UnorderedItems.Where(static item => item.Element.IsPending)];
        limit.Leave(_reads.Count - pending.Length);
        _reads.Clear();
        _reads.EnqueueRange(pending);
        _cleaning.Reset(_reads.Count);
    }
}
