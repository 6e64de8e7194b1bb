using Raft.Consensus;

namespace Raft;

/// <summary>
/// Holds the status that the worker publishes after each pass, for others to read or to wait for a change of it. Readers receive a copy
/// that is made under a lock; no foreign code runs under it.
/// </summary>
internal sealed class StatusBoard(
    NodeId nodeId, CompletionSourcePool<bool> sources, ResumeBatchPool resumes, ITransport? transport = null, IClock? clock = null)
{
    private const int MinimumToClean = 64;

    private readonly Lock _lock = new();
    private readonly List<PendingCaller<bool>> _waiters = [];
    private PublishedStatus _current = new();
    private readonly NodeSet _self = new([nodeId]);
    private (NodeSet Nodes, ClusterConfiguration Configuration, MemberList Members)? _reachable;
    private long _appliedIndex;
    private long _version;
    private int _cleanAt = MinimumToClean;

    /// <summary>The status that was published last.</summary>
    public PublishedStatus Current
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

    /// <summary>Replaces the status and resumes those who wait for a change.</summary>
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

    /// <summary>A run begins: the node is starting, unless it shows more than that already.</summary>
    /// <param name="afterEnd">
    /// Whether an earlier life has ended: its end no longer shows, and those who wait for a leader from now on wait for this run.
    /// Otherwise a life that a handler has opened continues, and should it have failed just now, its failure must stay.
    /// </param>
    public void PublishStart(bool afterEnd)
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            if (!afterEnd && _current.Lifecycle != NodeLifecycle.Idle)
            {
                return;
            }

            _current = _current with { Lifecycle = NodeLifecycle.Starting, Failure = null };
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>Replaces what is wrong, in the status of a node whose worker does not publish its own yet.</summary>
    public void PublishConditions(NodeConditions conditions)
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            if (_current.Conditions == conditions)
            {
                return;
            }

            _current = _current with { Conditions = conditions };
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>The life of the node has ended: it neither leads nor follows, and nothing of it hangs any more.</summary>
    /// <param name="failure">Why; null for an end in good order.</param>
    /// <param name="abandonedWork">What the state machine is still doing, and is given up on; null if it is idle.</param>
    public void PublishEnd(NodeFailedException? failure, string? abandonedWork = null)
    {
        PublishedStatus last = Current;
        Publish(last with
        {
            Lifecycle = failure is null ? NodeLifecycle.Stopped : NodeLifecycle.Failed,
            Role = RaftRole.Follower,
            Leader = null,
            Reachable = _self,
            TransferTarget = null,
            SetupProblems = SetupProblemList.None,
            Conditions = abandonedWork is null ? NodeConditions.None : new NodeConditions { AbandonedWork = abandonedWork },
            Samples = default,
            FollowersWithoutProgress = NodeSet.Empty,
            Failure = failure,
        });
    }

    /// <summary>Replaces the applied index.</summary>
    public void PublishApplied(long index)
    {
        ResumeBatch? woken;
        lock (_lock)
        {
            if (index <= _appliedIndex)
            {
                return; // a late report of an earlier life
            }

            _appliedIndex = index;
            woken = Changed();
        }

        woken?.Start();
    }

    /// <summary>Resumes those who wait for a change, although the status has not changed.</summary>
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
        PublishedStatus published;
        long applied;
        long version;
        lock (_lock)
        {
            published = _current;
            applied = _appliedIndex;
            version = _version;
        }

        TransportProblemList problems = TransportProblemList.Of(transport, nodeId, in published);
        RaftStatus status = new()
        {
            NodeId = nodeId,
            Lifecycle = published.Lifecycle,
            Role = published.Role,
            Term = published.Term,
            VotedFor = published.VotedFor,
            Leader = published.Leader,
            FirstIndex = published.FirstIndex,
            LastIndex = published.LastIndex,
            CommitIndex = published.CommitIndex,
            KnownCommitIndex = Math.Max(published.KnownCommitIndex, published.CommitIndex),
            AppliedIndex = applied,
            SnapshotIndex = published.SnapshotIndex,
            Membership = published.Configuration,
            Reachable = ReachableMembers(in published),
            TransferTarget = published.TransferTarget,
            LostData = published.LostData,
            SetupProblems = published.SetupProblems,
            Hangs = published.Conditions.Hangs,
            HasCaughtUp = published.Samples.StartGoal is { } goal && applied >= goal,
            Lag = LagOf(in published, applied),
            FollowersWithoutProgress = published.FollowersWithoutProgress,
            WaitsForLeader = published.Conditions.IsStalled,
            TransportProblems = problems,
            Explanation = StatusExplanation.Of(in published) + problems,
            Failure = published.Failure,
        };
        return (status, version);
    }

    /// <summary>How long the node has not applied what it knows to be committed, or a proposal has waited, at least.</summary>
    private TimeSpan LagOf(in PublishedStatus published, long applied)
    {
        TimeSpan? behindSince = applied < published.Samples.Goal ? published.Samples.GoalSince : null;
        TimeSpan? waitsSince = applied < published.Samples.ProposalGoal ? published.Samples.ProposalSince : null;
        TimeSpan? since = behindSince < waitsSince ? behindSince : waitsSince ?? behindSince;
        return since is { } begun && clock is not null && clock.Now > begun ? clock.Now - begun : TimeSpan.Zero;
    }

    /// <summary>Waits until the status differs from the one that was read with a version.</summary>
    public ValueTask WaitForChangeAsync(long version, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_version != version)
            {
                return ValueTask.CompletedTask;
            }
        }

        CompletionSource<bool> source = sources.Rent(cancellationToken);
        ValueTask task = source.UntypedTask;
        PendingCaller<bool> waiter = source.Caller;
        bool changed;
        lock (_lock)
        {
            changed = _version != version;
            if (!changed)
            {
                RemoveCancelledIfMany();
                _waiters.Add(waiter);
            }
        }

        if (changed)
        {
            waiter.Succeed(true);
        }

        return task;
    }

    /// <summary>
    /// Removes waiters that have cancelled. Looking through all of them for each new one would be slow, so it waits until there are twice
    /// as many as remained the last time.
    /// </summary>
    private void RemoveCancelledIfMany()
    {
        if (_waiters.Count >= _cleanAt)
        {
            _waiters.RemoveAll(static other => !other.IsPending);
            _cleanAt = Math.Max(MinimumToClean, 2 * _waiters.Count);
        }
    }

    /// <summary>The members that can be reached, kept as long as they are the same.</summary>
    private MemberList ReachableMembers(in PublishedStatus published)
    {
        NodeSet reachable = published.Reachable;
        ClusterConfiguration configuration = published.Configuration;
        lock (_lock)
        {
            if (_reachable is not { } known
                || !ReferenceEquals(known.Nodes, reachable) || !ReferenceEquals(known.Configuration, configuration))
            {
                MemberList members = new([.. configuration.Members.Where(member => reachable.Contains(member.NodeId))]);
                _reachable = known = (reachable, configuration, members);
            }

            return known.Members;
        }
    }

    /// <summary>Counts a change and takes out all waiters. The caller starts the batch after it has left the lock.</summary>
    private ResumeBatch? Changed()
    {
        _version++;
        if (_waiters.Count == 0)
        {
            return null;
        }

        ResumeBatch woken = resumes.Rent();
        foreach (PendingCaller<bool> waiter in _waiters)
        {
            waiter.Succeed(true, woken);
        }

        _waiters.Clear();
        return woken;
    }
}
