namespace Raft.Consensus;

/// <content>Snapshots: section 7, and dissertation, chapter 5. Dropping what a snapshot stands for, sending it, receiving it.</content>
public sealed partial class ConsensusModule
{
    private SnapshotReception? _reception;
    private LogStart? _unwrittenStart;

    /// <summary>The lowest index that a snapshot stands for which this leader is sending to a follower that answers; null if there is none. Were the log compacted beyond it, that follower would need another one.</summary>
    public long? LowestSnapshotUnderWay
    {
        get
        {
            long? lowest = null;
            foreach (FollowerProgress follower in _followers)
            {
                if (follower.Transfer?.Snapshot is { } snapshot
                    && _now - follower.LastHeardAt < _options.MinimumElectionTimeout
                    && (lowest is null || snapshot.LastIncludedIndex < lowest))
                {
                    lowest = snapshot.LastIncludedIndex;
                }
            }

            return lowest;
        }
    }

    /// <summary>The snapshot that this leader is sending to a follower; null if it is sending none.</summary>
    /// <param name="follower">The follower.</param>
    /// <returns>The snapshot, once its first chunk was sent.</returns>
    public SnapshotIdentity? SnapshotUnderWayTo(NodeId follower) => FollowerOf(follower)?.Transfer?.Snapshot;

    /// <summary>The snapshot of which this node has a part; null if there is none. When it changes, what was stored of another one may be abandoned.</summary>
    public SnapshotIdentity? SnapshotBeingReceived => _reception?.Snapshot;

    /// <summary>
    /// Drops the entries up to an index from the log, which a durable snapshot of this node's stands for (section 7). The host
    /// tells its log store to do the same.
    /// </summary>
    /// <param name="throughIndex">The last index to drop; one that was dropped before changes nothing.</param>
    /// <exception cref="ConsensusInvariantException">The entry is not committed, or not durable here.</exception>
    public void Compact(long throughIndex)
    {
        if (throughIndex <= _log.PreviousIndex)
        {
            return;
        }

        ThrowIfBroken(throughIndex > Math.Min(CommitIndex, DurableIndex), $"the log was to be compacted up to {throughIndex}, which is not committed and durable (section 7).");
        _log.DropThrough(throughIndex);
    }

    /// <summary>Takes a chunk that was loaded for a follower (see <see cref="ChunkLoadRequest"/>). An answer for an earlier term is ignored.</summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="chunk">The chunk; null if there is no such snapshot, or it cannot be read.</param>
    /// <param name="now">The time.</param>
    public void SnapshotChunkLoaded(in ChunkLoadRequest request, SnapshotChunk? chunk, TimeSpan now)
    {
        SetTime(now);
        if (Role != RaftRole.Leader || request.Term != Term || FollowerOf(request.Follower) is not { Transfer: { IsLoading: true } transfer } follower)
        {
            return;
        }

        if (request.Snapshot != transfer.Snapshot || request.Offset != transfer.Offset)
        {
            transfer.OnStaleLoad();
        }
        else if (chunk is { } loaded && loaded.Offset == request.Offset && loaded.Snapshot == (request.Snapshot ?? loaded.Snapshot)
            && loaded.Snapshot.LastIncludedIndex >= _log.PreviousIndex)
        {
            Send(follower, transfer, in loaded);
        }
        else
        {
            transfer.OnLoadFailed(_now);
        }
    }

    /// <summary>The host has stored a chunk that came from a leader (see <see cref="ConsensusOutputs.ReceivedChunks"/>), but not the last one.</summary>
    /// <param name="snapshot">The snapshot that it is a part of.</param>
    /// <param name="nextOffset">The byte that comes next; 0 if the snapshot cannot be stored or its checksum was wrong, and so has to come again from the start.</param>
    /// <param name="now">The time.</param>
    public void SnapshotChunkStored(SnapshotIdentity snapshot, long nextOffset, TimeSpan now)
    {
        SetTime(now);
        if (_reception is { } reception && reception.Snapshot == snapshot && reception.Awaits(nextOffset))
        {
            AnswerChunk(reception.OnStored(nextOffset), nextOffset, isInstalled: false, VersionOfHardState);
            ClearObsoleteReception();
        }
    }

    /// <summary>
    /// The host has stored the last chunk, verified the checksum over all of the snapshot and made it durable: from now on it
    /// stands for the log up to its index.
    /// </summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="lastIncludedTime">The time of the last entry that it stands for.</param>
    /// <param name="now">The time.</param>
    /// <returns>True if the log begins anew behind the snapshot, from which the state machine is to be restored. False if the log has the entries, which are applied as always.</returns>
    public bool SnapshotReceived(SnapshotIdentity snapshot, DateTimeOffset lastIncludedTime, TimeSpan now)
    {
        SetTime(now);
        bool restartsLog = Install(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm, lastIncludedTime);
        if (_reception is { Storing: not null } reception && reception.Snapshot == snapshot)
        {
            AnswerChunk(reception.Storing, nextOffset: 0, isInstalled: true, VersionOfLog(snapshot.LastIncludedIndex));
            _reception = null;
        }

        return restartsLog;
    }

    /// <summary>
    /// InstallSnapshot, receiver's rules 6 to 8 of Figure 13: if the log holds the snapshot's last entry, it agrees with the
    /// snapshot, and what stands behind stays; else all of it is discarded, a conflicting tail included.
    /// </summary>
    private bool Install(long lastIncludedIndex, long lastIncludedTerm, DateTimeOffset lastIncludedTime)
    {
        if (lastIncludedIndex <= CommitIndex)
        {
            return false; // stale: nothing in it is news
        }

        bool restartsLog = !_log.Matches(lastIncludedIndex, lastIncludedTerm);
        if (restartsLog)
        {
            ThrowIfBroken(Role == RaftRole.Leader, $"a leader lacks entry {lastIncludedIndex} of term {lastIncludedTerm}, which is committed (Leader Completeness, section 5.4).");
            _log.StartAfter(lastIncludedIndex, lastIncludedTerm, lastIncludedTime);
            _durability.TruncateFrom(CommitIndex + 1); // what was committed stands in the snapshot, too; what stood behind is gone
            _firstUnwritten = lastIncludedIndex + 1;
            _unwrittenStart = new LogStart(lastIncludedIndex, lastIncludedTerm);
        }

        CommitThrough(lastIncludedIndex);
        return restartsLog;
    }

    /// <summary>Once all that a snapshot stands for is known to be committed here, the rest of it need not come. A chunk that is being stored is answered first.</summary>
    private void ClearObsoleteReception()
    {
        if (_reception is { Storing: null } reception && reception.Snapshot.LastIncludedIndex <= CommitIndex)
        {
            _reception = null;
        }
    }

    /// <summary>InstallSnapshot, receiver's rules of Figure 13.</summary>
    private void OnInstallSnapshot(InstallSnapshotMessage request)
    {
        if (!IsWellFormed(request))
        {
            IgnoredMessages++;
            return;
        }

        // 1. Reply immediately if term < currentTerm. And see AppendEntries: a second leader in one term cannot be.
        if (request.Term < Term || ContradictsLeader(request))
        {
            AnswerChunk(request, nextOffset: 0, isInstalled: false, VersionOfHardState);
            return;
        }

        FollowLeader(request);
        long index = request.LastIncludedIndex;
        if (index <= CommitIndex || _log.Matches(index, request.LastIncludedTerm))
        {
            // This node holds all that the snapshot stands for. It need not be sent, only its entries are known to be committed.
            CommitThrough(index);
            AnswerChunk(request, nextOffset: 0, isInstalled: true, VersionOfLog(index));
            return;
        }

        ReceiveChunk(request);
    }

    /// <summary>2. to 5. of Figure 13: the first chunk begins a snapshot, each further one must follow on what is stored.</summary>
    private void ReceiveChunk(InstallSnapshotMessage request)
    {
        SnapshotIdentity snapshot = new(request.LastIncludedIndex, request.LastIncludedTerm, request.Checksum);
        if (_reception?.Snapshot != snapshot)
        {
            if (request.Offset != 0)
            {
                AnswerChunk(request, nextOffset: 0, isInstalled: false, VersionOfHardState);
                return;
            }

            if (_reception is { } newer && newer.LeaderTerm == request.Term && request.LastIncludedIndex < newer.Snapshot.LastIncludedIndex)
            {
                return; // late: its leader has gone over to a later snapshot
            }

            _reception = new SnapshotReception(snapshot);
        }

        _reception.LeaderTerm = request.Term;
        if (_reception.Storing is { } storing)
        {
            if (storing.Offset == request.Offset)
            {
                _reception.Repeat(request); // sent again: its sender waits for an answer to this one
            }
        }
        else if (request.Offset != _reception.NextOffset)
        {
            AnswerChunk(request, _reception.NextOffset, isInstalled: false, VersionOfHardState);
        }
        else
        {
            _reception.Store(request);
            Outputs.Add(request);
        }
    }

    private static bool IsWellFormed(InstallSnapshotMessage request) =>
        request.LastIncludedIndex is > 0 and <= LargestNumber
        && request.LastIncludedTerm > 0 && request.LastIncludedTerm <= request.Term
        && request.Offset >= 0 && request.Data.Length > 0 && request.Offset <= request.Length - request.Data.Length;

    private void AnswerChunk(InstallSnapshotMessage request, long nextOffset, bool isInstalled, long requiredVersion)
    {
        InstallSnapshotReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            ClusterId = _options.ClusterId,
            Term = Term,
            Correlation = request.Correlation,
            LastIncludedIndex = request.LastIncludedIndex,
            LastIncludedTerm = request.LastIncludedTerm,
            Checksum = request.Checksum,
            NextOffset = nextOffset,
            IsInstalled = isInstalled,
        };
        Outputs.Add(reply, requiredVersion);
    }

    /// <summary>Asks the host for the chunk that a follower needs next, if it is time for one.</summary>
    private void SendSnapshotTo(FollowerProgress follower, SnapshotTransfer transfer)
    {
        if (!transfer.WantsChunk(_now))
        {
            return;
        }

        if (transfer.Snapshot is { } snapshot && snapshot.LastIncludedIndex < _log.PreviousIndex)
        {
            transfer.StartOver(); // the log begins behind it by now
        }

        transfer.OnLoading();
        Outputs.Add(new ChunkLoadRequest(follower.Id, Term, transfer.Snapshot, transfer.Offset, _options.MaximumChunkBytes));
    }

    private void Send(FollowerProgress follower, SnapshotTransfer transfer, in SnapshotChunk chunk)
    {
        InstallSnapshotMessage message = new()
        {
            From = Id,
            To = follower.Id,
            ClusterId = _options.ClusterId,
            Term = Term,
            Correlation = ++_lastCorrelation,
            LastIncludedIndex = chunk.Snapshot.LastIncludedIndex,
            LastIncludedTerm = chunk.Snapshot.LastIncludedTerm,
            Checksum = chunk.Snapshot.Checksum,
            Length = chunk.Length,
            Offset = chunk.Offset,
            Header = chunk.Header,
            Data = chunk.Data,
        };
        transfer.OnSent(message.Correlation, chunk.Snapshot, _now);
        Outputs.Add(message, VersionOfHardState);
    }

    private void OnInstallSnapshotReply(InstallSnapshotReplyMessage reply)
    {
        if (reply.Term > Term)
        {
            BecomeFollower(reply.Term, leader: null);
            return;
        }

        if (Role != RaftRole.Leader || reply.Term < Term || FollowerOf(reply.From) is not { } follower)
        {
            return; // an answer to something of the past
        }

        follower.OnHeard(_now);
        if (reply.IsInstalled && reply.LastIncludedIndex <= CommitIndex)
        {
            follower.OnAccepted(reply.LastIncludedIndex);
            follower.EndSnapshot(_log.PreviousIndex);
        }
        else if (follower.Transfer is { } transfer && reply.NextOffset >= 0)
        {
            transfer.OnAnswered(reply.Correlation, reply.NextOffset);
        }
    }
}
