namespace Raft.Consensus;

/// <summary>What becomes of a chunk that has arrived.</summary>
internal enum ChunkArrival
{
    /// <summary>It is the next one, and is stored now.</summary>
    Store,

    /// <summary>It waits for its turn, or is being stored; it is answered later.</summary>
    Waits,

    /// <summary>It is stored already.</summary>
    IsStored,

    /// <summary>One before it is missing, and it cannot be kept.</summary>
    IsOutOfPlace,
}

/// <summary>
/// A follower's progress in receiving a snapshot. It survives a change of the leader: if the next one offers the same snapshot, the
/// transfer continues. Chunks are stored in order, one at a time; those that arrive early wait, within bounds.
/// </summary>
internal sealed class SnapshotReception(SnapshotIdentity snapshot, int maximumChunks, long maximumBytes)
{
    private readonly SortedList<long, InstallSnapshotMessage> _early = [];
    private long _end;

    public SnapshotIdentity Snapshot { get; } = snapshot;

    /// <summary>The term of the leader that sent the last chunk.</summary>
    public long LeaderTerm { get; set; }

    /// <summary>Everything before this byte is stored.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The furthest byte that was ever needed next.</summary>
    public long Furthest { get; private set; }

    /// <summary>
    /// The chunk that the host is storing, or its repetition, which is answered when it is stored; null if none is being stored.
    /// </summary>
    public InstallSnapshotMessage? Storing { get; private set; }

    /// <summary>Why what was stored is lost, and the snapshot needed from the start; null if it is not, or nothing was stored.</summary>
    public SnapshotReplyReason? Failure { get; private set; }

    /// <summary>How many chunks wait for their turn.</summary>
    public int EarlyChunks => _early.Count;

    /// <summary>How many bytes are in these.</summary>
    public long EarlyBytes { get; private set; }

    /// <summary>A chunk has arrived.</summary>
    public ChunkArrival Take(InstallSnapshotMessage chunk)
    {
        if (Storing is { } storing && storing.Offset == chunk.Offset)
        {
            // Sent again: its sender waits for an answer to this one. The sender may be another leader, whose chunks are longer: the stored
            // part ends where the first one does.
            Storing = chunk;
            return ChunkArrival.Waits;
        }

        if (chunk.Offset < NextOffset)
        {
            return ChunkArrival.IsStored;
        }

        if (Storing is null && chunk.Offset == NextOffset)
        {
            Store(chunk);
            return ChunkArrival.Store;
        }

        return Keep(chunk) ? ChunkArrival.Waits : ChunkArrival.IsOutOfPlace;
    }

    /// <summary>
    /// Whether a report can be about the chunk that is being stored, and not a late one about an earlier reception of the same
    /// snapshot: the chunk was refused, or the byte needed next is the one after it.
    /// </summary>
    public bool Awaits(long nextOffset) => Storing is not null && (nextOffset == 0 || nextOffset == _end);

    /// <summary>The chunk is stored.</summary>
    /// <returns>The message to answer.</returns>
    public InstallSnapshotMessage OnStored(long nextOffset)
    {
        InstallSnapshotMessage stored = Storing!;
        Storing = null;
        Failure = null;
        NextOffset = nextOffset;
        Furthest = Math.Max(Furthest, nextOffset);
        while (_early.Count > 0 && _early.GetKeyAtIndex(0) < nextOffset)
        {
            Remove();
        }

        return stored;
    }

    /// <summary>The chunk could not be stored, and what was stored before is lost.</summary>
    /// <returns>The message to answer.</returns>
    public InstallSnapshotMessage OnFailed(SnapshotReplyReason reason)
    {
        InstallSnapshotMessage refused = Storing!;
        Storing = null;
        NextOffset = 0;
        Failure = reason;
        _early.Clear();
        EarlyBytes = 0;
        return refused;
    }

    /// <summary>Takes the next chunk, if it waits: it is being stored from now on.</summary>
    public InstallSnapshotMessage? TakeNext()
    {
        if (Storing is not null || _early.Count == 0 || _early.GetKeyAtIndex(0) != NextOffset)
        {
            return null;
        }

        InstallSnapshotMessage next = Remove();
        Store(next);
        return next;
    }

    private void Store(InstallSnapshotMessage chunk)
    {
        Storing = chunk;
        _end = chunk.Offset + chunk.Data.Length;
    }

    /// <summary>
    /// Keeps a chunk that is early. If it comes a second time and nothing is being stored, the one before it is lost, and its sender must
    /// be notified.
    /// </summary>
    private bool Keep(InstallSnapshotMessage chunk)
    {
        if (NextOffset == 0 && Storing is null)
        {
            return false;
        }

        bool isRepeated = _early.TryGetValue(chunk.Offset, out InstallSnapshotMessage? known);
        if (known is not null)
        {
            _early.Remove(chunk.Offset);
            EarlyBytes -= known.Data.Length;
        }

        if (_early.Count >= maximumChunks || (_early.Count > 0 && EarlyBytes + chunk.Data.Length > maximumBytes))
        {
            return false;
        }

        _early.Add(chunk.Offset, chunk);
        EarlyBytes += chunk.Data.Length;
        return !isRepeated || Storing is not null;
    }

    private InstallSnapshotMessage Remove()
    {
        InstallSnapshotMessage first = _early.GetValueAtIndex(0);
        _early.RemoveAt(0);
        EarlyBytes -= first.Data.Length;
        return first;
    }
}
