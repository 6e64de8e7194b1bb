namespace Raft.Consensus;

/// <content>Snapshots, section 7 and dissertation, chapter 5: compacting the log, and the leader's side of InstallSnapshot.</content>
public sealed partial class ConsensusModule
{
    /// <summary>Parts of a snapshot may take <see cref="ConsensusOptions.MaximumInFlightBytes"/>, divided by this.</summary>
    private const int ChunkShare = 4;

    /// <summary>
    /// The lowest index after which a follower that answers needs all entries, because it is being sent a snapshot up to there, or has
    /// installed one and has not caught up yet; null if there is none. If the log were compacted beyond it, such a follower would
    /// need another snapshot.
    /// </summary>
    public long? NeededByTransfersAfter
    {
        get
        {
            long? lowest = null;
            foreach (FollowerProgress follower in _followers)
            {
                if (follower.NeededAfter is { } index
                    && _now - _contact.HeardAt(follower.Id) < _options.MinimumElectionTimeout
                    && (lowest is null || index < lowest))
                {
                    lowest = index;
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

        if (request.Snapshot != transfer.Snapshot || request.Offset != transfer.Next)
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

    /// <summary>
    /// The host has a new latest snapshot. Transfers that wait because the last one could not be read, or had a wrong checksum, are
    /// tried again.
    /// </summary>
    public void OnNewSnapshot()
    {
        foreach (FollowerProgress follower in _followers)
        {
            follower.Transfer?.Backoff.OnNewSnapshot();
        }
    }

    /// <summary>Starts to send a follower a snapshot. A chunk that is not answered is sent again after two heartbeat intervals.</summary>
    private SnapshotTransfer BeginSnapshot(FollowerProgress follower)
    {
        TimeSpan shortest = _options.HeartbeatInterval * 2;
        InFlightWindow window = new(_options.MaximumInFlightMessages, _options.MaximumInFlightBytes / ChunkShare);
        SnapshotTransfer transfer = new(window, new TransferBackoff(shortest), shortest, _options.MaximumElectionTimeout);
        follower.BeginSnapshot(transfer);
        return transfer;
    }

    /// <summary>Asks the host for the chunk that a follower needs next, if one may be sent.</summary>
    private void SendSnapshotTo(FollowerProgress follower, SnapshotTransfer transfer)
    {
        transfer.CheckAnswers(_now);
        if (!transfer.WantsChunk(_now))
        {
            return;
        }

        if (transfer.Snapshot is { } snapshot && snapshot.LastIncludedIndex < _log.PreviousIndex)
        {
            transfer.StartOver(); // the log starts after that snapshot by now
        }

        transfer.OnLoading();
        Outputs.Add(new ChunkLoadRequest(follower.Id, Term, transfer.Snapshot, transfer.Next, _options.MaximumChunkBytes));
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
        transfer.OnSent(message.Correlation, in chunk, _now);
        Outputs.Add(message, VersionOfHardState);
    }

    private void OnInstallSnapshotReply(InstallSnapshotReplyMessage reply)
    {
        if (Role != RaftRole.Leader || FollowerOf(reply.From) is not { } follower)
        {
            return;
        }

        follower.Transfer?.Backoff.OnStore(reply.Origin.Store);
        if (reply.IsInstalled && reply.LastIncludedIndex <= CommitIndex)
        {
            follower.OnAccepted(reply.LastIncludedIndex, reply.Origin.Store);
            follower.EndSnapshot(_log.PreviousIndex);
            follower.EndCatchUp(CommitIndex);
            follower.Transfer?.StartOver(); // the log starts after that snapshot by now: the next one follows
        }
        else if (!reply.IsInstalled && IsOfThisTerm(reply))
        {
            follower.Transfer?.OnAnswered(reply.Correlation, reply.NextOffset, reply.Reason, _now);
        }
    }
}
