using Raft.Consensus;

namespace Raft;

/// <summary>
/// The reads of the state machine. One that may be answered from the state as it is, or from a known index on, goes to the applier at once.
/// The others wait until the module names an index (dissertation, section 6.4): all that have arrived by a pass of the worker wait
/// together.
/// </summary>
internal sealed class NodeReads(NodeContext context, CommitPipeline commits)
{
    private const int MaximumKeptLists = 4;
    private static readonly TimeSpan SearchInterval = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Queue<(long Number, List<StateMachineQuery> Reads)> _asked = new(); // none is empty; bounded by the limit
    private readonly Stack<List<StateMachineQuery>> _free = new();
    private List<StateMachineQuery> _arrived = [];
    private volatile bool _hasArrived;
    private volatile KnownReadIndex? _known;
    private bool _isClosed;
    private int _waiting; // in the queue
    private CleaningThreshold _cleaning = new();
    private long _searchableAt = long.MinValue; // in ticks
    private long _rounds;

    /// <summary>How many reads wait, for an index or for the state machine.</summary>
    public int Waiting => Limit.Count;

    /// <summary>How many passes have asked for an index that their reads still wait for.</summary>
    public int UnansweredRequests
    {
        get
        {
            lock (_lock)
            {
                return _asked.Count;
            }
        }
    }

    /// <summary>Bounds and counts the reads that wait.</summary>
    public ReadLimit Limit => commits.Applier.ReadLimit;

    /// <summary>Takes a read. Safe to call from any thread.</summary>
    public PostOutcome Post(StateMachineQuery read)
    {
        if (!Limit.TryEnter(read.Consistency.Kind) && !TryEnterAfterCleaning(read.Consistency.Kind))
        {
            context.Metrics?.CountReadRefusal();
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

        lock (_lock)
        {
            if (_cleaning.IsReached(_waiting))
            {
                RemoveCancelled();
            }

            List<StateMachineQuery> arrived = TakeArrived();
            _waiting += arrived.Count;
            _asked.Enqueue((context.Module.RequestRead(), arrived));
        }
    }

    /// <summary>The module has named indices: the reads wait for the state machine only. Called by the worker.</summary>
    public void Grant(ReadOnlySpan<ReadIndexGrant> grants)
    {
        foreach (ref readonly ReadIndexGrant grant in grants)
        {
            _known = new KnownReadIndex(grant.Index, grant.RequestedAt);
            while (TryTakeAsked(grant.Through) is { } reads)
            {
                commits.PostReads(reads, grant.Index);
                Recycle(reads);
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
        List<StateMachineQuery> arrived;
        lock (_lock)
        {
            arrived = TakeArrived();
        }

        Refuse(arrived, reason); // the module cannot be asked: there is none if the stores could not be opened
        while (TryTakeAsked(long.MaxValue) is { } reads)
        {
            Refuse(reads, reason);
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

    /// <summary>Called under the lock.</summary>
    private List<StateMachineQuery> TakeArrived()
    {
        List<StateMachineQuery> arrived = _arrived;
        _arrived = _free.TryPop(out List<StateMachineQuery>? free) ? free : [];
        _hasArrived = false;
        return arrived;
    }

    /// <summary>Takes the next reads that wait for an index, up to a number.</summary>
    private List<StateMachineQuery>? TryTakeAsked(long through)
    {
        lock (_lock)
        {
            if (!_asked.TryPeek(out (long Number, List<StateMachineQuery> Reads) first) || first.Number > through)
            {
                return null;
            }

            _asked.Dequeue();
            _waiting -= first.Reads.Count;
            if (_waiting == 0)
            {
                _cleaning.Reset(0);
            }

            return first.Reads;
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
        lock (_lock)
        {
            Keep(list);
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Keep(List<StateMachineQuery> list)
    {
        if (_free.Count < MaximumKeptLists)
        {
            _free.Push(list);
        }
    }

    /// <summary>
    /// The limit is reached: removes reads whose callers have cancelled, and tries again. The search visits all reads, so it runs at most
    /// once per interval.
    /// </summary>
    private bool TryEnterAfterCleaning(ReadKind kind)
    {
        long now = context.Settings.Clock.Now.Ticks;
        long searchableAt = Volatile.Read(ref _searchableAt);
        if (now < searchableAt
            || Interlocked.CompareExchange(ref _searchableAt, now + SearchInterval.Ticks, searchableAt) != searchableAt)
        {
            return false;
        }

        lock (_lock)
        {
            RemoveCancelled();
        }

        commits.Applier.RemoveCancelledReads();
        return Limit.TryEnter(kind);
    }

    /// <summary>Keeps callers with timeouts from filling the queue while there is no leader. Called under the lock.</summary>
    private void RemoveCancelled()
    {
        int before = _waiting;
        for (int batches = _asked.Count; batches > 0; batches--)
        {
            (long Number, List<StateMachineQuery> Reads) batch = _asked.Dequeue();
            _waiting -= batch.Reads.RemoveAll(static read => !read.IsPending);
            if (batch.Reads.Count > 0)
            {
                _asked.Enqueue(batch);
            }
            else
            {
                Keep(batch.Reads);
            }
        }

        Limit.Leave(before - _waiting);
        _cleaning.Reset(_waiting);
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
