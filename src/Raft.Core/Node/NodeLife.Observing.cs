namespace Raft;

/// <content>What a node tells of itself: log messages and measurements.</content>
internal sealed partial class NodeLife
{
    private const int LeaderlessTimeouts = 2;
    private static readonly TimeSpan DropReportInterval = TimeSpan.FromMinutes(1);

    private readonly NodeMetrics? _metrics;
    private readonly NodeLogger? _logger;
    private readonly Queue<(long Index, long Term, TimeSpan AppendedAt)> _measuredCommits = new();
    private PublishedStatus _observed;
    private long _lastLeaderTerm;
    private TimeSpan? _leaderlessSince;
    private bool _leaderlessTold;
    private long _dropped;
    private long _droppedTold;
    private long _ignoredCounted;
    private TimeSpan? _droppedToldAt;

    /// <summary>Messages that came to nothing: for another node or cluster, beyond the limit of waiting ones, or against the protocol. Counted on any thread.</summary>
    public long DroppedMessages => Volatile.Read(ref _dropped);

    /// <summary>What is in memory; null while the log is not read. Nothing guards it from the worker.</summary>
    public NodeFootprint? Footprint
    {
        get
        {
            if (!_isOpen || _isEnded)
            {
                return null;
            }

            (int messages, long bytes) = NodeFootprint.InFlight(_module.Followers);
            return new NodeFootprint(
                _module.FirstCachedIndex,
                _module.LastIndex - _module.FirstCachedIndex + 1,
                _module.CachedBytes,
                _module.LastIndex - Math.Min(_module.CommitIndex, _module.DurableIndex),
                _pending.Count,
                _mailbox.WaitingMessages,
                messages,
                bytes,
                _storeReads.Count,
                _conditions.Count,
                _directCalls.Count,
                _snapshotSenders.Count);
        }
    }

    private void CountDropped(string reason, long count = 1)
    {
        Interlocked.Add(ref _dropped, count);
        _metrics?.CountDropped(reason, count);
    }

    /// <summary>The node begins to run: tells so, and takes what it is now for known.</summary>
    private void BeginObserving()
    {
        _observed = Snapshot();
        _lastLeaderTerm = _observed.Leader is null ? 0 : _observed.Term;
        _metrics?.Start();
        _logger?.Running(_settings.ClusterId, _module.Term, _module.FirstIndex, _module.LastIndex, _settings.Members);
    }

    private void EndObserving()
    {
        _metrics?.Stop();
        if (Failure is not null)
        {
            _logger?.Failed(Failure);
        }
        else if (_isRunning)
        {
            _logger?.Stopped();
        }
    }

    /// <summary>An entry of this leader's is in the log.</summary>
    private void BeginMeasuringCommit(long index)
    {
        if (_metrics is { MeasuresCommits: true })
        {
            _measuredCommits.Enqueue((index, _module.Term, _now));
        }
    }

    /// <summary>Measures what has been committed now, whether the state machine has room for it or not.</summary>
    private void MeasureCommits()
    {
        while (_measuredCommits.TryPeek(out (long Index, long Term, TimeSpan AppendedAt) first) && first.Index <= _module.CommitIndex)
        {
            _measuredCommits.Dequeue();
            if (_module.TermAt(first.Index) == first.Term)
            {
                _metrics!.RecordCommit(_now - first.AppendedAt);
            }
        }
    }

    /// <summary>Tells what has changed with this pass.</summary>
    private void Observe()
    {
        if (!_isRunning || (_metrics is null && _logger is null))
        {
            return;
        }

        PublishedStatus now = Snapshot();
        if (now.Role != _observed.Role || now.Term != _observed.Term || now.Leader != _observed.Leader)
        {
            TellLoss(in now);
            TellCampaign(in now);
            TellLeader(in now);
        }

        _observed = now;
        TellLeaderless(in now);
        TellDropped();
        _metrics?.PublishFollowers(_module.Followers, now.LastIndex);
    }

    private void TellCampaign(in PublishedStatus now)
    {
        if (now.Role == RaftRole.PreCandidate)
        {
            _logger?.AsksForPreVotes(now.Term);
        }
        else if (now.Role is RaftRole.Candidate or RaftRole.Leader && now.Term > _observed.Term)
        {
            _metrics?.CountElection();
            if (now.Role == RaftRole.Candidate) // else it has won within the pass, which is told anyway
            {
                _logger?.Campaigns(now.Term);
            }
        }
    }

    private void TellLoss(in PublishedStatus now)
    {
        if (_observed.Role == RaftRole.Leader && (now.Role != RaftRole.Leader || now.Term != _observed.Term))
        {
            _logger?.LostLeadership(_observed.Term, now.Term, StatusExplanation.Of(in now, _settings.Members));
        }
        else if (_observed.Leader is { } lost && lost != NodeId && now.Leader is null)
        {
            _logger?.LostLeader(lost, now.Term);
        }
    }

    private void TellLeader(in PublishedStatus now)
    {
        if (now.Leader is not { } leader || (leader == _observed.Leader && now.Term == _observed.Term))
        {
            return;
        }

        if (leader == NodeId)
        {
            _logger?.Leads(now.Term);
        }
        else
        {
            _logger?.Follows(leader, now.Term);
        }

        if (now.Term > _lastLeaderTerm) // one that was lost for a while and comes back in its term is no change
        {
            _lastLeaderTerm = now.Term;
            _metrics?.CountLeaderChange();
        }
    }

    /// <summary>A healthy cluster elects within a timeout or two: what takes longer is worth a warning, once.</summary>
    private void TellLeaderless(in PublishedStatus now)
    {
        if (now.Leader is not null)
        {
            _leaderlessSince = null;
            _leaderlessTold = false;
            return;
        }

        _leaderlessSince ??= _now;
        TimeSpan since = _now - _leaderlessSince.Value;
        if (!_leaderlessTold && since >= LeaderlessTimeouts * _settings.MaximumElectionTimeout)
        {
            _leaderlessTold = true;
            _logger?.Leaderless(since, StatusExplanation.Of(in now, _settings.Members));
        }
    }

    private void TellDropped()
    {
        if (_module.IgnoredMessages > _ignoredCounted)
        {
            CountDropped("invalid", _module.IgnoredMessages - _ignoredCounted);
            _ignoredCounted = _module.IgnoredMessages;
        }

        long dropped = DroppedMessages;
        if (dropped > _droppedTold && (_droppedToldAt is not { } toldAt || _now - toldAt >= DropReportInterval))
        {
            _logger?.DroppedMessages(dropped - _droppedTold, dropped);
            _droppedTold = dropped;
            _droppedToldAt = _now;
        }
    }
}
