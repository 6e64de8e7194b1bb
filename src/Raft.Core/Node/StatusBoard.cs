using System.Numerics;

namespace Raft;

/// <summary>The part of a node's status that its worker publishes.</summary>
internal readonly record struct PublishedStatus(
    RaftRole Role,
    long Term,
    NodeId? VotedFor,
    NodeId? Leader,
    long FirstIndex,
    long LastIndex,
    long CommitIndex,
    long SnapshotIndex,
    ulong ReachableBits,
    bool IsRunning,
    bool ApplyHangs,
    bool DiskHangs,
    Exception? Failure)
{
    /// <summary>How many voters can be reached; bit <c>i</c> of <see cref="ReachableBits"/> stands for the member at position <c>i</c>.</summary>
    public int ReachableVoters => BitOperations.PopCount(ReachableBits);
}

/// <summary>
/// Where the worker leaves the node's status after each pass, and where others read it or wait for it to change. Readers
/// get a copy made under a lock; nobody's code runs under it.
/// </summary>
internal sealed class StatusBoard(NodeId nodeId, IReadOnlyList<RaftMember> members, CompletionSourcePool<bool> sources, ResumeBatchPool resumes)
{
    private const int SmallestCleaning = 64;

    private readonly Lock _lock = new();
    private readonly List<PendingCaller> _waiters = [];
    private PublishedStatus _current;
    private (ulong Bits, MemberList Members)? _reachable;
    private long _appliedIndex;
    private long _version;
    private int _cleanAt = SmallestCleaning;

    /// <summary>What was published last.</summary>
    public PublishedStatus Snapshot
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>Grows with every change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The highest entry that was published as applied.</summary>
    public long AppliedIndex
    {
        get
        {
            lock (_lock)
            {
                return _appliedIndex;
            }
        }
    }

    /// <summary>Replaces the status, and wakes whoever waits for a change.</summary>
    public void Publish(in PublishedStatus next)
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            if (_current == next)
            {
                return;
            }

            _current = next;
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>Replaces the applied index.</summary>
    public void PublishApplied(long index)
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            if (index <= _appliedIndex)
            {
                return; // of a life before, and late
            }

            _appliedIndex = index;
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>Wakes whoever waits for a change, though the status itself has none.</summary>
    public void Touch()
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>The status now, and its version to wait from.</summary>
    public (RaftStatus Status, long Version) Read()
    {
        PublishedStatus snapshot;
        long applied;
        long version;
        lock (_lock)
        {
            snapshot = _current;
            applied = _appliedIndex;
            version = _version;
        }

        RaftStatus status = new(
            nodeId,
            snapshot.Role,
            snapshot.Term,
            snapshot.VotedFor,
            snapshot.Leader,
            snapshot.FirstIndex,
            snapshot.LastIndex,
            snapshot.CommitIndex,
            applied,
            members,
            StatusExplanation.Of(in snapshot, members),
            snapshot.Failure)
        {
            Reachable = ReachableMembers(snapshot.ReachableBits),
            SnapshotIndex = snapshot.SnapshotIndex,
        };
        return (status, version);
    }

    /// <summary>Waits until the status differs from the one that was read with a version.</summary>
    public ValueTask WaitForChangeAsync(long version, CancellationToken cancellationToken)
    {
        CompletionSource<bool> source;
        lock (_lock)
        {
            if (_version != version)
            {
                return ValueTask.CompletedTask;
            }
        }

        source = sources.Rent(cancellationToken);
        ValueTask task = source.UntypedTask;
        PendingCaller waiter = new(source, source.Generation);
        bool changed;
        lock (_lock)
        {
            changed = _version != version;
            if (!changed)
            {
                RemoveCancelledNowAndThen();
                _waiters.Add(waiter);
            }
        }

        if (changed && source.TrySucceed(waiter.Generation, true))
        {
            source.Resume();
        }

        return task;
    }

    /// <summary>Looking through all waiters for each new one would be slow; so it waits until there are twice as many as were left the last time.</summary>
    private void RemoveCancelledNowAndThen()
    {
        if (_waiters.Count >= _cleanAt)
        {
            _waiters.RemoveAll(static other => !other.Source!.IsPending(other.Generation));
            _cleanAt = Math.Max(SmallestCleaning, 2 * _waiters.Count);
        }
    }

    /// <summary>The members that bits stand for, kept as long as the bits are the same.</summary>
    private MemberList ReachableMembers(ulong bits)
    {
        lock (_lock)
        {
            if (_reachable is not { } known || known.Bits != bits)
            {
                _reachable = known = (bits, new MemberList([.. members.Where((_, position) => (bits >> position & 1) != 0)]));
            }

            return known.Members;
        }
    }

    /// <summary>Notes a change and takes out all waiters; the caller starts the batch after it has left the lock.</summary>
    private ResumeBatch? Changed()
    {
        _version++;
        if (_waiters.Count == 0)
        {
            return null;
        }

        ResumeBatch woken = resumes.Rent();
        foreach (PendingCaller waiter in _waiters)
        {
            if (((CompletionSource<bool>)waiter.Source!).TrySucceed(waiter.Generation, true))
            {
                woken.Add(waiter.Source);
            }
        }

        _waiters.Clear();
        return woken;
    }
}
