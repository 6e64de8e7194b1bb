namespace Raft.Consensus;

/// <summary>How a leader currently replicates to a follower.</summary>
internal enum ReplicationState
{
    /// <summary>The leader does not know where the logs agree: it sends one message and waits for the answer.</summary>
    Probe,

    /// <summary>
    /// The logs agree up to <see cref="FollowerProgress.Match"/>: messages are streamed without waiting, within the window.
    /// </summary>
    Replicate,

    /// <summary>
    /// The follower needs entries that the log no longer contains: it is sent a snapshot, and otherwise only heartbeats.
    /// </summary>
    Snapshot,
}

/// <summary>
/// What a leader knows about one follower: Figure 2's <c>nextIndex</c> and <c>matchIndex</c>, and what may be sent next. All
/// changes between probing, streaming and sending a snapshot are made here.
/// </summary>
internal sealed class FollowerProgress(NodeId id, long nextIndex, TimeSpan now, InFlightWindow window)
{
    private bool _probeOutstanding;
    private long _lastRequest;
    private long _lastRequestAtMatch;

    public NodeId Id { get; } = id;

    public ReplicationState State { get; private set; } = ReplicationState.Probe;

    /// <summary>The highest index known to be durable on the follower; 0 until it answers.</summary>
    public long Match { get; private set; }

    /// <summary>The store that <see cref="Match"/> is about; null if it is volatile.</summary>
    public StoreIdentity? Store { get; private set; }

    /// <summary>The last entry that its state machine has applied, as its latest answer says; 0 until it answers.</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>The index of the next entry to send.</summary>
    public long Next { get; private set; } = nextIndex;

    /// <summary>When the follower must be sent a heartbeat unless it is sent something else before.</summary>
    public TimeSpan HeartbeatDueAt { get; private set; } = now;

    /// <summary>The commit index in the last message to the follower.</summary>
    public long CommitSent { get; private set; }

    /// <summary>The number of the last heartbeat that was sent; 0 if none was.</summary>
    public long LastHeartbeat { get; private set; }

    /// <summary>The number of the last heartbeat that was sent for reads, before the next regular one was due; 0 if none was.</summary>
    public long LastHeartbeatForReads { get; private set; }

    /// <summary>The largest number of a request that the follower has answered; 0 if it has answered none.</summary>
    public long Answered { get; private set; }

    /// <summary>Whether entries for this follower are being loaded from the log store.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>The snapshot that is being sent; null unless <see cref="State"/> is <see cref="ReplicationState.Snapshot"/>.</summary>
    public SnapshotTransfer? Transfer { get; private set; }

    /// <summary>
    /// Whether the follower has installed a snapshot of this leader, and has not caught up since then: it needs the entries after
    /// <see cref="Match"/>.
    /// </summary>
    public bool CatchesUp { get; private set; }

    /// <summary>
    /// The follower needs the entries after this index to catch up with the snapshot that it is being sent, or has installed; null for
    /// any other follower.
    /// </summary>
    public long? NeededAfter => Transfer?.Snapshot?.LastIncludedIndex ?? (CatchesUp ? Match : null);

    /// <summary>How many messages with entries, or parts of a snapshot, are unanswered.</summary>
    public int InFlightMessages => window.Count + (Transfer?.InFlightChunks ?? 0);

    /// <summary>How many payload bytes are in these messages.</summary>
    public long InFlightBytes => window.Bytes + (Transfer?.InFlightBytes ?? 0);

    /// <summary>Whether entries may be sent now.</summary>
    public bool CanSend => !IsLoading && State switch
    {
        ReplicationState.Probe => !_probeOutstanding,
        ReplicationState.Replicate => !window.IsFull,
        _ => false,
    };

    /// <summary>A request with entries up to <paramref name="lastIndex"/>, or a heartbeat without entries, is being sent.</summary>
    public void OnSent(long correlation, long lastIndex, int entries, long bytes, long commit, TimeSpan nextHeartbeat)
    {
        _lastRequest = correlation;
        LastHeartbeat = entries == 0 ? correlation : LastHeartbeat;
        CommitSent = commit;
        HeartbeatDueAt = nextHeartbeat;
        if (State == ReplicationState.Probe)
        {
            _probeOutstanding = true;
        }
        else if (entries > 0)
        {
            Next = lastIndex + 1; // optimistic, without waiting for the answer (dissertation, section 10.2.2)
            window.Add(lastIndex, bytes);
        }
    }

    /// <summary>The heartbeat that was sent last was sent for reads.</summary>
    public void OnSentForReads() => LastHeartbeatForReads = LastHeartbeat;

    /// <summary>The follower must be sent something by then, even if it is only a heartbeat.</summary>
    public void RequestHeartbeatBy(TimeSpan dueAt) => HeartbeatDueAt = dueAt < HeartbeatDueAt ? dueAt : HeartbeatDueAt;

    /// <summary>Entries for the follower are being loaded; no others are sent to it meanwhile.</summary>
    public void OnLoading() => IsLoading = true;

    /// <summary>The store has answered. If it had no entries, the next attempt waits for the answer to a heartbeat.</summary>
    public void OnLoaded(bool found)
    {
        IsLoading = false;
        if (!found)
        {
            Next = State == ReplicationState.Replicate ? Match + 1 : Next; // messages in flight may be lost
            State = ReplicationState.Probe;
            _probeOutstanding = true;
            window.Clear();
        }
    }

    /// <summary>The log no longer contains what the follower needs next: it is sent a snapshot from now on.</summary>
    public void BeginSnapshot(SnapshotTransfer transfer)
    {
        State = ReplicationState.Snapshot;
        Transfer = transfer;
        IsLoading = false;
        _probeOutstanding = false;
        window.Clear();
    }

    /// <summary>
    /// If the follower is known to hold everything that the log no longer contains, it needs no snapshot (any more): its log agrees up
    /// to <see cref="Match"/>, so entries are streamed.
    /// </summary>
    /// <param name="previousIndex">The index before the log's first entry.</param>
    public void EndSnapshot(long previousIndex)
    {
        if (State == ReplicationState.Snapshot && Match >= previousIndex)
        {
            State = ReplicationState.Replicate;
            Transfer = null;
            CatchesUp = true;
            Next = Match + 1;
        }
    }

    /// <summary>Notes whether the follower has caught up after a snapshot.</summary>
    /// <param name="commitIndex">The leader's commit index.</param>
    public void EndCatchUp(long commitIndex) => CatchesUp = CatchesUp && Match < commitIndex;

    /// <summary>The follower answered a request of this term, whatever the answer.</summary>
    /// <param name="correlation">The number of the request.</param>
    /// <param name="appliedIndex">What its state machine had applied then; ignored if the answer is late.</param>
    public void OnAnswered(long correlation, long appliedIndex)
    {
        if (correlation >= Answered)
        {
            Answered = correlation;
            AppliedIndex = appliedIndex;
        }
    }

    /// <summary>The follower accepted a request that vouched for everything up to <paramref name="match"/>.</summary>
    /// <param name="match">The index.</param>
    /// <param name="store">The store in which it is durable; null if the store is volatile.</param>
    public void OnAccepted(long match, StoreIdentity? store = null)
    {
        if (match > Match)
        {
            Match = match;
            Store = store;
            _lastRequestAtMatch = _lastRequest;
        }

        if (State == ReplicationState.Probe)
        {
            if (match < Next - 1)
            {
                return; // an answer to something older than the probe
            }

            State = ReplicationState.Replicate;
            _probeOutstanding = false;
        }

        Next = Math.Max(Next, Match + 1);
        window.FreeThrough(match);
    }

    /// <summary>Whether a rejection is news, and not the late answer to an older request.</summary>
    /// <param name="correlation">The number of the rejected request.</param>
    /// <param name="prevLogIndex">The rejected request's previous index.</param>
    public bool IsFreshRejection(long correlation, long prevLogIndex)
    {
        if (prevLogIndex <= Match)
        {
            // A follower with a durable log never rejects what it acknowledged. If it rejects a request that was sent after the
            // acknowledgement, it has lost its log (a restart with volatile storage) and is sent everything again.
            return correlation > _lastRequestAtMatch;
        }

        return State == ReplicationState.Replicate || (State == ReplicationState.Probe && prevLogIndex == Next - 1);
    }

    /// <summary>
    /// The follower's log does not agree at the rejected index: probe again, from <paramref name="nextIndex"/>. A rejection that does
    /// not lower <see cref="Next"/> brings the logs no closer, such as one by a follower of a second leader: the next probe is then
    /// the next heartbeat, or the two would exchange messages without a pause.
    /// </summary>
    /// <param name="correlation">The number of the rejected request.</param>
    /// <param name="nextIndex">The index after the last entry on which both logs may agree.</param>
    /// <returns>The index that the follower had acknowledged and no longer has; 0 if it has lost nothing.</returns>
    public long OnRejected(long correlation, long nextIndex)
    {
        long lost = 0;
        if (nextIndex <= Match && correlation > _lastRequestAtMatch)
        {
            lost = Match;
            Match = 0; // it lost its log, see above; a rejection that is only late never lowers the match index
            _lastRequestAtMatch = _lastRequest;
        }

        long next = Math.Max(nextIndex, Match + 1);
        if (next >= Next)
        {
            return lost;
        }

        State = ReplicationState.Probe;
        Transfer = null;
        Next = next;
        _probeOutstanding = false;
        window.Clear();
        return lost;
    }
}
