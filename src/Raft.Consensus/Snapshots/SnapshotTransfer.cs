namespace Raft.Consensus;

/// <summary>
/// A leader's progress in sending its snapshot to a follower: chunk by chunk (section 7, Figure 13), with one in flight at a time,
/// so that neither the follower's disk nor the network is flooded. The follower's answer says where to continue, which may be
/// after what it has from an earlier leader, or at the start again.
/// </summary>
internal sealed class SnapshotTransfer(TimeSpan shortestPatience, TimeSpan longestPatience)
{
    private TimeSpan _patience;
    private TimeSpan _nextTryAt = TimeSpan.MinValue;
    private long _chunkUnderWay;
    private long _furthest;

    /// <summary>The snapshot that is being sent; null before its first chunk was loaded.</summary>
    public SnapshotIdentity? Snapshot { get; private set; }

    /// <summary>Where the next chunk starts.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether a chunk is being loaded.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>Whether it is time for a chunk: the next one, or the same again, since it or its answer seems lost.</summary>
    public bool WantsChunk(TimeSpan now) => !IsLoading && now >= _nextTryAt;

    public void OnLoading() => IsLoading = true;

    /// <summary>There is no such snapshot, or it cannot be read: tries again later with the latest snapshot then.</summary>
    public void OnLoadFailed(TimeSpan now)
    {
        IsLoading = false;
        StartOver();
        Wait(now);
    }

    /// <summary>While the chunk was being loaded, an answer has asked for another one.</summary>
    public void OnStaleLoad() => IsLoading = false;

    /// <summary>A chunk is being sent under a number, which identifies its answer.</summary>
    public void OnSent(long correlation, SnapshotIdentity snapshot, TimeSpan now)
    {
        IsLoading = false;
        Snapshot = snapshot;
        _chunkUnderWay = correlation;
        Wait(now);
    }

    /// <summary>
    /// The follower names the byte that it needs next. Only the answer to the last chunk counts: if every answer to a repeated chunk
    /// caused another chunk, they would multiply. After progress the next chunk is sent at once. Patience is reset only when the
    /// transfer gets further than ever before: a snapshot that is always refused at its end is not sent without pauses.
    /// </summary>
    public void OnAnswered(long correlation, long nextOffset)
    {
        if (correlation != _chunkUnderWay)
        {
            return;
        }

        _chunkUnderWay = 0;
        if (nextOffset > Offset)
        {
            _nextTryAt = TimeSpan.MinValue;
        }

        if (nextOffset > _furthest)
        {
            _furthest = nextOffset;
            _patience = TimeSpan.Zero;
        }

        Offset = nextOffset; // without progress the follower cannot store the chunk, and is given time
        if (nextOffset == 0)
        {
            StartOver();
        }
    }

    /// <summary>Starts again with the latest snapshot.</summary>
    public void StartOver()
    {
        Snapshot = null;
        Offset = 0;
        _chunkUnderWay = 0;
    }

    private void Wait(TimeSpan now)
    {
        TimeSpan doubled = _patience * 2 < longestPatience ? _patience * 2 : longestPatience;
        _patience = _patience == TimeSpan.Zero ? shortestPatience : doubled;
        _nextTryAt = now + _patience;
    }
}
