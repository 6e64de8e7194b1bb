using Raft.Consensus;

namespace Raft;

/// <summary>
/// The reads of the state machine. One that may be answered from the state as it is, or from a known index on, goes to the applier at once.
/// The others wait until the module names an index (dissertation, section 6.4): all that have arrived by a pass of the worker wait
/// together.
/// </summary>
internal sealed class NodeReads(NodeContext context, CommitPipeline commits)
{
    private const int MinimumToClean = 64;
    private const int MaximumKeptLists = 4;

    private readonly Lock _lock = new();
    private readonly Queue<(long Number, List<StateMachineQuery> Reads)> _asked = new(); // of the worker; bounded by the limit
    private readonly Stack<List<StateMachineQuery>> _free = new();
    private List<StateMachineQuery> _arrived = [];
    private volatile bool _hasArrived;
    private volatile KnownReadIndex? _known;
    private bool _isClosed;
    private int _waiting;
    private int _cleanAt = MinimumToClean;
    private long _rounds;

    /// <summary>How many reads wait, for an index or for the state machine.</summary>
    public int Waiting => Limit.Count;

    private ReadLimit Limit => commits.Applier.ReadLimit;

    /// <summary>Takes a read. Safe to call from any thread.</summary>
    public PostOutcome Post(StateMachineQuery read)
    {
        if (!Limit.TryEnter())
        {
            return PostOutcome.Full;
        }

        if (context.Metrics is { MeasuresReads: true })
        {
            read.CalledAt = context.Settings.Clock.Now;
        }

        PostOutcome outcome = TryFindIndex(read) ? commits.Applier.Post(read) : Wait(read);
        if (outcome != PostOutcome.Posted)
        {
            Limit.Leave(1);
        }

        return outcome;
    }

    /// <summary>Has the module find an index for the reads that have arrived. Called by the worker in each pass.</summary>
    public void Ask()
    {
        if (!_hasArrived)
        {
            return;
        }

        if (_waiting >= _cleanAt)
        {
            RemoveCancelled();
        }

        List<StateMachineQuery> arrived = TakeArrived();
        _waiting += arrived.Count;
        _asked.Enqueue((context.Module.RequestRead(), arrived));
    }

    /// <summary>The module has named indices: the reads wait for the state machine only. Called by the worker.</summary>
    public void Grant(ReadOnlySpan<ReadIndexGrant> grants)
    {
        foreach (ref readonly ReadIndexGrant grant in grants)
        {
            _known = new KnownReadIndex(grant.Index, grant.RequestedAt);
            while (_asked.TryPeek(out (long Number, List<StateMachineQuery> Reads) first) && first.Number <= grant.Through)
            {
                _asked.Dequeue();
                _waiting -= first.Reads.Count;
                commits.PostReads(first.Reads, grant.Index);
                Recycle(first.Reads);
            }
        }

        CountRounds();
    }

    /// <summary>The node is about to end: takes no more reads. Safe to call from any thread.</summary>
    public void BeginStop()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>The life ends: refuses the reads that wait for an index.</summary>
    public void End(Exception reason)
    {
        BeginStop();
        Refuse(TakeArrived(), reason); // the module cannot be asked: there is none if the stores could not be opened
        while (_asked.TryDequeue(out (long Number, List<StateMachineQuery> Reads) batch))
        {
            Refuse(batch.Reads, reason);
        }
    }

    private void Refuse(List<StateMachineQuery> reads, Exception reason)
    {
        foreach (StateMachineQuery read in reads)
        {
            read.Refuse(reason);
        }

        Limit.Leave(reads.Count);
    }

    private List<StateMachineQuery> TakeArrived()
    {
        List<StateMachineQuery> next = _free.TryPop(out List<StateMachineQuery>? free) ? free : [];
        lock (_lock)
        {
            List<StateMachineQuery> arrived = _arrived;
            _arrived = next;
            _hasArrived = false;
            return arrived;
        }
    }

    /// <summary>Sets the index that a read waits for, unless the leader has to be asked for it.</summary>
    private bool TryFindIndex(StateMachineQuery read)
    {
        ReadConsistency consistency = read.Consistency;
        switch (consistency.Kind)
        {
            case ReadKind.Local:
                return true;
            case ReadKind.AtLeast:
                read.Index = consistency.Index;
                return true;
            case ReadKind.BoundedStaleness
                when _known is { } known && context.Settings.Clock.Now - known.RequestedAt <= consistency.MaximumStaleness:
                read.Index = known.Index;
                return true;
            default:
                return false;
        }
    }

    private PostOutcome Wait(StateMachineQuery read)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return PostOutcome.Closed;
            }

            _arrived.Add(read);
            if (_hasArrived)
            {
                return PostOutcome.Posted;
            }

            _hasArrived = true;
        }

        context.Wake();
        return PostOutcome.Posted;
    }

    private void Recycle(List<StateMachineQuery> list)
    {
        list.Clear();
        if (_free.Count < MaximumKeptLists)
        {
            _free.Push(list);
        }
    }

    /// <summary>Callers with timeouts must not fill the queues while there is no leader.</summary>
    private void RemoveCancelled()
    {
        int removed = 0;
        foreach ((_, List<StateMachineQuery> reads) in _asked)
        {
            removed += reads.RemoveAll(static read => !read.IsPending);
        }

        Limit.Leave(removed);
        _waiting -= removed;
        _cleanAt = Math.Max(MinimumToClean, 2 * _waiting);
    }

    private void CountRounds()
    {
        long started = context.Module.ReadRoundsStarted;
        if (started > _rounds)
        {
            context.Metrics?.CountReadRounds(started - _rounds);
            _rounds = started;
        }
    }
}
