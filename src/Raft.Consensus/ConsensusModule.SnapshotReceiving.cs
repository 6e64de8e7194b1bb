namespace Raft.Consensus;

/// <content>The follower's side of InstallSnapshot: receiving chunks, and the log after the last one. Section 7, Figure 13.</content>
public sealed partial class ConsensusModule
{
    private SnapshotReception? _reception;
    private LogStart? _unwrittenStart;

    /// <summary>
    /// The snapshot of which this node has received a part; null if there is none. When it changes, what was stored of another one may
    /// be abandoned.
    /// </summary>
    public SnapshotIdentity? SnapshotBeingReceived => _reception?.Snapshot;

    /// <summary>The chunks that have arrived before their turn.</summary>
    internal (int Count, long Bytes) EarlyChunks => _reception is { } reception ? (reception.EarlyChunks, reception.EarlyBytes) : default;

    /// <summary>
    /// The host has stored a chunk that came from a leader (see <see cref="ConsensusOutputs.ReceivedChunks"/>), but not the last one.
    /// </summary>
    /// <param name="snapshot">The snapshot that the chunk is a part of.</param>
    /// <param name="nextOffset">
    /// The byte that comes next; 0 if the snapshot could not be stored, so that it has to be sent again from the start.
    /// </param>
    /// <param name="now">The time.</param>
    /// <param name="failure">Why it could not be stored, if <paramref name="nextOffset"/> is 0.</param>
    public void SnapshotChunkStored(
        SnapshotIdentity snapshot, long nextOffset, TimeSpan now, SnapshotReplyReason failure = SnapshotReplyReason.StoreFailed)
    {
        SetTime(now);
        if (_reception is not { } reception || reception.Snapshot != snapshot || !reception.Awaits(nextOffset))
        {
            return;
        }

        if (nextOffset == 0)
        {
            AnswerChunk(reception.OnFailed(failure), nextOffset: 0, failure, VersionOfHardState);
        }
        else
        {
            AnswerChunk(reception.OnStored(nextOffset), nextOffset, SnapshotReplyReason.Stored, VersionOfHardState);
        }

        ClearObsoleteReception();
        if (_reception?.TakeNext() is { } next)
        {
            Outputs.Add(next);
        }
    }

    /// <summary>
    /// The host has stored the last chunk, verified the checksum over the whole snapshot and made it durable: from now on it takes the
    /// place of the log up to its last included index.
    /// </summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="lastIncludedTime">The time of the last entry that it covers.</param>
    /// <param name="now">The time.</param>
    /// <param name="configuration">The configuration that it contains; null if it contains none.</param>
    /// <returns>
    /// True if the log restarts after the snapshot, from which the state machine is to be restored. False if the log contains the
    /// entries, which are applied as usual.
    /// </returns>
    public bool SnapshotReceived(
        SnapshotIdentity snapshot, DateTimeOffset lastIncludedTime, TimeSpan now, ClusterConfiguration? configuration = null)
    {
        SetTime(now);
        bool restartsLog = Install(in snapshot, lastIncludedTime, configuration);
        if (_reception is { Storing: not null } reception && reception.Snapshot == snapshot)
        {
            AnswerChunk(reception.Storing, nextOffset: 0, SnapshotReplyReason.Installed, VersionOfLog(snapshot.LastIncludedIndex));
            _reception = null;
        }

        return restartsLog;
    }

    /// <summary>
    /// InstallSnapshot, receiver's rules 6 to 8 of Figure 13: if the log contains the snapshot's last entry, it agrees with the
    /// snapshot, and the entries after it stay. Otherwise the whole log is discarded, including a conflicting tail.
    /// </summary>
    private bool Install(in SnapshotIdentity snapshot, DateTimeOffset lastIncludedTime, ClusterConfiguration? configuration)
    {
        (long lastIncludedIndex, long lastIncludedTerm, _) = snapshot;
        if (lastIncludedIndex <= CommitIndex)
        {
            return false; // stale: this node has all of it
        }

        bool restartsLog = !_log.Matches(lastIncludedIndex, lastIncludedTerm);
        if (restartsLog)
        {
            ThrowIfBroken(
                Role == RaftRole.Leader,
                $"a leader lacks committed entry {lastIncludedIndex} of term {lastIncludedTerm} (Leader Completeness, section 5.4).");
            _log.RestartAfter(lastIncludedIndex, lastIncludedTerm, lastIncludedTime, configuration);
            OnConfigurationMayHaveChanged();
            _durability.TruncateFrom(CommitIndex + 1); // the snapshot covers what was committed; the rest of the log is gone
            _firstUnwritten = lastIncludedIndex + 1;
            _unwrittenStart = new LogStart(lastIncludedIndex, lastIncludedTerm);
        }

        CommitThrough(lastIncludedIndex);
        return restartsLog;
    }

    /// <summary>
    /// Once everything that a snapshot covers is known to be committed on this node, the rest of it is not needed. A chunk that is being
    /// stored is answered first.
    /// </summary>
    private void ClearObsoleteReception()
    {
        if (_reception is { Storing: null } reception && reception.Snapshot.LastIncludedIndex <= CommitIndex)
        {
            _reception = null;
        }
    }

    /// <summary>
    /// InstallSnapshot, receiver's rules of Figure 13. The first one, "reply immediately if term &lt; currentTerm", is in
    /// <see cref="CompareTerms"/>.
    /// </summary>
    private void OnInstallSnapshot(InstallSnapshotMessage request)
    {
        if (ContradictsLeader(request))
        {
            NoteSecondLeader(request);
            AnswerChunk(request, nextOffset: 0, SnapshotReplyReason.NotItsLeader, VersionOfHardState);
            return;
        }

        FollowLeader(request);
        NoteCommitIndexOfLeader(request.LeaderCommit);
        long index = request.LastIncludedIndex;
        if (index <= CommitIndex || _log.Matches(index, request.LastIncludedTerm))
        {
            // This node has everything that the snapshot covers. It need not be sent: only its entries are now known to be committed.
            CommitThrough(index);
            AnswerChunk(request, nextOffset: 0, SnapshotReplyReason.Installed, VersionOfLog(index));
            return;
        }

        ReceiveChunk(request);
    }

    /// <summary>2. to 5. of Figure 13: the first chunk starts a snapshot, each further one is stored after the one before it.</summary>
    private void ReceiveChunk(InstallSnapshotMessage request)
    {
        SnapshotIdentity snapshot = new(request.LastIncludedIndex, request.LastIncludedTerm, request.Checksum);
        if (_reception?.Snapshot != snapshot)
        {
            if (request.Offset != 0)
            {
                AnswerChunk(request, nextOffset: 0, SnapshotReplyReason.OutOfPlace, VersionOfHardState);
                return;
            }

            if (_reception is { } newer && newer.LeaderTerm == request.Term && request.LastIncludedIndex < newer.Snapshot.LastIncludedIndex)
            {
                return; // late: its leader has switched to a later snapshot
            }

            _reception = new SnapshotReception(
                snapshot, _options.MaximumInFlightMessages, _options.MaximumInFlightBytes / ChunkShare);
        }

        SnapshotReception reception = _reception;
        reception.LeaderTerm = request.Term;
        switch (reception.Take(request))
        {
            case ChunkArrival.Store:
                Outputs.Add(request);
                break;
            case ChunkArrival.IsStored:
                AnswerChunk(request, reception.NextOffset, SnapshotReplyReason.Stored, VersionOfHardState);
                break;
            case ChunkArrival.IsOutOfPlace:
                SnapshotReplyReason reason = reception.Failure ?? SnapshotReplyReason.OutOfPlace;
                AnswerChunk(request, reception.NextOffset, reason, VersionOfHardState);
                break;
        }
    }

    private void AnswerChunk(InstallSnapshotMessage request, long nextOffset, SnapshotReplyReason reason, long requiredVersion)
    {
        InstallSnapshotReplyMessage reply = new()
        {
            From = Id,
            To = request.From,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = request.Correlation,
            LastIncludedIndex = request.LastIncludedIndex,
            LastIncludedTerm = request.LastIncludedTerm,
            Checksum = request.Checksum,
            NextOffset = nextOffset,
            Reason = reason,
        };
        Outputs.Add(reply, requiredVersion);
    }
}
