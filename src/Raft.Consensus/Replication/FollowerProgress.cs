namespace Raft.Consensus;

/// <summary>How a leader feeds a follower at the moment.</summary>
internal enum ReplicationState
{
    /// <summary>The leader does not know where the logs agree: it sends one message and waits for the answer.</summary>
    Probe,

    /// <summary>The logs agree up to <see cref="FollowerProgress.Match"/>: messages are streamed without waiting, within the window.</summary>
    Replicate,

    /// <summary>The follower needs what the log no longer holds: it is sent a snapshot, and nothing but heartbeats beside it.</summary>
    Snapshot,
}

/// <summary>
/// What a leader knows of one follower: Figure 2's <c>nextIndex</c> and <c>matchIndex</c>, and how to go on. All changes
/// between probing, streaming and sending a snapshot are made here.
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

    /// <summary>The index of the next entry to send.</summary>
    public long Next { get; private set; } = nextIndex;

    /// <summary>When the follower last answered in this term.</summary>
    public TimeSpan LastHeardAt { get; private set; } = now;

    /// <summary>When the follower must be sent a heartbeat unless something else goes to it before.</summary>
    public TimeSpan HeartbeatDueAt { get; private set; } = now;

    /// <summary>The commit index that the last message told the follower.</summary>
    public long CommitSent { get; private set; }

    /// <summary>Whether entries for this follower are being loaded from the log store.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>The snapshot on its way to the follower; null unless <see cref="State"/> says so.</summary>
    public SnapshotTransfer? Transfer { get; private set; }

    /// <summary>How many messages with entries are unanswered.</summary>
    public int InFlightMessages => window.Count;

    /// <summary>How many payload bytes are in these messages.</summary>
    public long InFlightBytes => window.Bytes;

    /// <summary>Whether entries may be sent now.</summary>
    public bool CanSend => !IsLoading && State switch
    {
        ReplicationState.Probe => !_probeOutstanding,
        ReplicationState.Replicate => !window.IsFull,
        _ => false,
    };

    /// <summary>Notes that a request with entries up to <paramref name="lastIndex"/> (or a heartbeat, with none) goes out.</summary>
    public void OnSent(long correlation, long lastIndex, int entries, long bytes, long commit, TimeSpan nextHeartbeat)
    {
        _lastRequest = correlation;
        CommitSent = commit;
        HeartbeatDueAt = nextHeartbeat;
        if (State == ReplicationState.Probe)
        {
            _probeOutstanding = true;
        }
        else if (entries > 0)
        {
            Next = lastIndex + 1; // optimistic: the answer is not waited for (dissertation, section 10.2.2)
            window.Add(lastIndex, bytes);
        }
    }

    /// <summary>The follower must be sent something by then, even if it is only a heartbeat.</summary>
    public void RequestHeartbeatBy(TimeSpan dueAt) => HeartbeatDueAt = dueAt < HeartbeatDueAt ? dueAt : HeartbeatDueAt;

    /// <summary>Entries for the follower are asked for; nothing is sent to it before they come.</summary>
    public void OnLoading() => IsLoading = true;

    /// <summary>The store has answered. If it had nothing, the next try waits for the answer to a heartbeat.</summary>
    public void OnLoaded(bool found)
    {
        IsLoading = false;
        if (!found)
        {
            Next = State == ReplicationState.Replicate ? Match + 1 : Next; // what is on its way may be lost
            State = ReplicationState.Probe;
            _probeOutstanding = true;
            window.Clear();
        }
    }

    /// <summary>What the follower needs next is in the log no longer: it is sent a snapshot from now on.</summary>
    /// <param name="shortestPatience">How long to wait for the answer to a chunk at first.</param>
    /// <param name="longestPatience">How long to wait at most; each wait in vain doubles it.</param>
    public SnapshotTransfer BeginSnapshot(TimeSpan shortestPatience, TimeSpan longestPatience)
    {
        State = ReplicationState.Snapshot;
        Transfer = new SnapshotTransfer(shortestPatience, longestPatience);
        IsLoading = false;
        _probeOutstanding = false;
        window.Clear();
        return Transfer;
    }

    /// <summary>If the follower is known to hold everything that the log no longer holds, it needs no snapshot, or no longer: its log agrees up to <see cref="Match"/>, so entries are streamed.</summary>
    /// <param name="previousIndex">The index before the log's first entry.</param>
    public void EndSnapshot(long previousIndex)
    {
        if (State == ReplicationState.Snapshot && Match >= previousIndex)
        {
            State = ReplicationState.Replicate;
            Transfer = null;
            Next = Match + 1;
        }
    }

    /// <summary>The follower answered in the current term.</summary>
    public void OnHeard(TimeSpan now) => LastHeardAt = now;

    /// <summary>The follower accepted a request that vouched for everything up to <paramref name="match"/>.</summary>
    public void OnAccepted(long match)
    {
        if (match > Match)
        {
            Match = match;
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

    /// <summary>Whether a rejection says something new, rather than arriving late.</summary>
    /// <param name="correlation">The number of the rejected request.</param>
    /// <param name="prevLogIndex">The rejected request's previous index.</param>
    public bool IsFreshRejection(long correlation, long prevLogIndex)
    {
        if (prevLogIndex <= Match)
        {
            // A follower that holds its log durably never rejects what it acknowledged. If it rejects a request that was
            // sent after the acknowledgement, it has lost its log (volatile storage, restarted) and is fed from the start.
            return correlation > _lastRequestAtMatch;
        }

        return State == ReplicationState.Replicate || (State == ReplicationState.Probe && prevLogIndex == Next - 1);
    }

    /// <summary>The follower's log does not agree at the rejected index: probe again, from <paramref name="nextIndex"/>.</summary>
    /// <param name="correlation">The number of the rejected request.</param>
    /// <param name="nextIndex">Behind the last entry on which both logs may agree.</param>
    public void OnRejected(long correlation, long nextIndex)
    {
        if (nextIndex <= Match && correlation > _lastRequestAtMatch)
        {
            Match = 0; // lost its log, see above; a rejection that is only late never lowers the match index
            _lastRequestAtMatch = _lastRequest;
        }

        State = ReplicationState.Probe;
        Transfer = null;
        Next = Math.Max(nextIndex, Match + 1);
        _probeOutstanding = false;
        window.Clear();
    }
}
