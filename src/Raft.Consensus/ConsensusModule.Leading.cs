namespace Raft.Consensus;

/// <content>The leader: taking office, proposals and commitment. Sections 5.3 and 5.4.2, and section 8 for the no-op.</content>
public sealed partial class ConsensusModule
{
    private FollowerProgress[] _followers = [];
    private long _uncommittedBytes;
    private long _firstRequestOfTerm;

    /// <summary>
    /// The next heartbeat or check of the quorum; null for a leader that has no followers and needs no check, so that time does not
    /// matter.
    /// </summary>
    private TimeSpan? LeaderDeadline
    {
        get
        {
            TimeSpan? deadline = NeedsQuorumContact ? _checkQuorumAt : null;
            if (_transfer is { } transfer && transfer.Deadline < (deadline ?? TimeSpan.MaxValue))
            {
                deadline = transfer.Deadline;
            }

            foreach (FollowerProgress follower in _followers)
            {
                deadline = deadline <= follower.HeartbeatDueAt ? deadline : follower.HeartbeatDueAt;
            }

            return deadline;
        }
    }

    /// <summary>
    /// Appends a client's command to the leader's log (section 5.3). It is replicated and written with the rest of the batch. It is
    /// committed once <see cref="CommitIndex"/> reaches its index while the entry there has its term.
    /// </summary>
    /// <param name="data">The command; belongs to the log from now on.</param>
    /// <param name="utcNow">
    /// This node's clock. The time of the entry is never before that of the previous one, and at most
    /// <see cref="ConsensusOptions.MaximumClockAhead"/> from the clocks of a majority.
    /// </param>
    /// <param name="index">The index that it received; 0 if it was not appended.</param>
    /// <returns>Whether it was appended, and if not, why.</returns>
    public ProposeResult Propose(ReadOnlyMemory<byte> data, DateTimeOffset utcNow, out long index)
    {
        index = 0;
        if (Role != RaftRole.Leader)
        {
            return ProposeResult.NotLeader;
        }

        if (_transfer is { PausesProposals: true })
        {
            return ProposeResult.TransferUnderWay;
        }

        // A command larger than the limit is taken if nothing else is uncommitted; otherwise it could never be proposed.
        if (_uncommittedBytes > 0 && _uncommittedBytes + data.Length > _options.MaximumUncommittedBytes)
        {
            return ProposeResult.UncommittedLimitReached;
        }

        AppendOwn(EntryKind.Command, data, _clocks.NextTime(Configuration, utcNow, _log.LastTime, _now));
        index = _log.LastIndex;
        return ProposeResult.Appended;
    }

    /// <summary>
    /// The first entry of the last term that this node led: once it is applied, so is everything that was committed before.
    /// </summary>
    internal long FirstIndexOfTerm { get; private set; }

    private void BecomeLeader()
    {
        Role = RaftRole.Leader;
        Leader = Id;
        _tally = null;
        _refusals.Clear();
        _firstRequestOfTerm = _lastCorrelation + 1;
        _contact.OnLeading(_now);
        _clocks.OnLeading(_now);
        _checkQuorumAt = _now + _options.MinimumElectionTimeout;
        _followers = FollowersOf(Configuration);
        _uncommittedBytes = _log.CommandBytesOf(Math.Max(CommitIndex + 1, _log.FirstCachedIndex), _log.LastIndex);

        // Section 8: an entry of its own term must commit before the leader knows what is committed (section 5.4.2), so it appends
        // one at once instead of waiting for a client. It repeats the time of the previous entry: no clock was read.
        if (_log.Configurations.IsEmpty)
        {
            AppendFirstConfiguration();
        }
        else
        {
            AppendOwn(EntryKind.NoOp, default, DateTimeOffset.UnixEpoch);
        }

        FirstIndexOfTerm = _log.LastIndex;
    }

    /// <summary>
    /// The members that were configured become the first configuration in the log. It takes the place of the empty entry, so that
    /// indices do not depend on it.
    /// </summary>
    private void AppendFirstConfiguration()
    {
        ClusterConfiguration first = _stores.AddTo(Configuration, Id, Origin.Store);
        AppendOwn(EntryKind.Configuration, ConfigurationEncoding.Encode(first), DateTimeOffset.UnixEpoch);
        OnConfigurationMayHaveChanged();
    }

    /// <summary>Everyone that this leader replicates to, keeping what it knows about those that were followers before.</summary>
    private FollowerProgress[] FollowersOf(ClusterConfiguration configuration)
    {
        List<FollowerProgress> followers = [];
        foreach (RaftMember member in configuration.Members)
        {
            if (member.NodeId != Id)
            {
                InFlightWindow window = new(_options.MaximumInFlightMessages, _options.MaximumInFlightBytes);
                followers.Add(FollowerOf(member.NodeId) ?? new FollowerProgress(member.NodeId, _log.LastIndex + 1, _now, window));
            }
        }

        return [.. followers];
    }

    private void AppendOwn(EntryKind kind, ReadOnlyMemory<byte> data, DateTimeOffset time)
    {
        DateTimeOffset last = _log.LastTime;
        _log.Append(new LogEntry(Term, kind, data, time > last ? time : last));
        _uncommittedBytes += kind == EntryKind.Command ? data.Length : 0;
    }

    /// <summary>
    /// Figure 2, last rule for leaders: commit up to the largest index that a majority holds durably, if its entry is of the current
    /// term. Entries of earlier terms commit only along with it (section 5.4.2, Figure 8).
    /// </summary>
    private void AdvanceCommitIndex()
    {
        long reached = Configuration.LargestReached(_matchOf);
        if (reached <= CommitIndex || _log.TermAt(reached) != Term)
        {
            return;
        }

        CommitThrough(reached);
        CommitIndexOfLeader = 0; // this leader knows best now
    }

    /// <summary>
    /// Figure 2's <c>matchIndex</c> of a voter. The leader's own disk counts like a follower's: when it is synced, and if the leader
    /// is a voter.
    /// </summary>
    private long MatchOf(NodeId voter) => voter == Id ? DurableIndex : FollowerOf(voter)?.Match ?? 0;

    private FollowerProgress? FollowerOf(NodeId node)
    {
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.Id == node)
            {
                return follower;
            }
        }

        return null;
    }
}
