namespace Raft.Consensus;

/// <content>Snapshots, section 7 and dissertation, chapter 5: compacting the log, and the leader's side of InstallSnapshot.</content>
public sealed partial class ConsensusModule
{
    /// <summary>
    /// The lowest last included index of the snapshots that this leader is sending to followers that answer; null if there is none.
    /// If the log were compacted beyond it, such a follower would need another snapshot.
    /// </summary>
    public long? LowestSnapshotUnderWay
    {
        get
        {
            long? lowest = null;
            foreach (FollowerProgress follower in _followers)
            {
                if (follower.Transfer?.Snapshot is { } snapshot
                    && _now - _contact.HeardAt(follower.Id) < _options.MinimumElectionTimeout
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

    /// <summary>
    /// Drops the entries up to an index from the log, because a durable snapshot of this node covers them (section 7). The host does
    /// the same with its log store.
    /// </summary>
    /// <param name="throughIndex">The last index to drop; one that was dropped before changes nothing.</param>
    /// <exception cref="ConsensusInvariantException">The entry is not committed, or not durable on this node.</exception>
    public void Compact(long throughIndex)
    {
        if (throughIndex <= _log.PreviousIndex)
        {
            return;
        }

        ThrowIfBroken(
            throughIndex > Math.Min(CommitIndex, DurableIndex),
            $"the log was to be compacted up to {throughIndex}, which is not committed and durable (section 7).");
        _log.DropThrough(throughIndex);
    }

    /// <summary>
    /// Takes a chunk that was loaded for a follower (see <see cref="ChunkLoadRequest"/>). An answer to an earlier term's request is
    /// ignored.
    /// </summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="chunk">The chunk; null if there is no such snapshot, or it cannot be read.</param>
    /// <param name="now">The time.</param>
    public void SnapshotChunkLoaded(in ChunkLoadRequest request, SnapshotChunk? chunk, TimeSpan now)
    {
        SetTime(now);
        if (Role != RaftRole.Leader || request.Term != Term
            || FollowerOf(request.Follower) is not { Transfer: { IsLoading: true } transfer } follower)
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

    /// <summary>Starts to send a follower a snapshot. A chunk that is not answered is sent again after two heartbeat intervals.</summary>
    private SnapshotTransfer BeginSnapshot(FollowerProgress follower) =>
        follower.BeginSnapshot(_options.HeartbeatInterval * 2, _options.MaximumElectionTimeout);

    /// <summary>Asks the host for the chunk that a follower needs next, if it is time for one.</summary>
    private void SendSnapshotTo(FollowerProgress follower, SnapshotTransfer transfer)
    {
        if (!transfer.WantsChunk(_now))
        {
            return;
        }

        if (transfer.Snapshot is { } snapshot && snapshot.LastIncludedIndex < _log.PreviousIndex)
        {
            transfer.StartOver(); // the log starts after that snapshot by now
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
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            LeaderCommit = CommitIndex,
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
        if (Role != RaftRole.Leader || FollowerOf(reply.From) is not { } follower)
        {
            return;
        }

        if (reply.IsInstalled && reply.LastIncludedIndex <= CommitIndex)
        {
            follower.OnAccepted(reply.LastIncludedIndex, reply.Origin.Store);
            follower.EndSnapshot(_log.PreviousIndex);
        }
        else if (follower.Transfer is { } transfer)
        {
            transfer.OnAnswered(reply.Correlation, reply.NextOffset);
        }
    }
}
