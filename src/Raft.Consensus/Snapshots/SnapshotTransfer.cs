namespace Raft.Consensus;

/// <summary>
/// How far a leader has come with sending its snapshot to a follower: chunk by chunk (section 7, Figure 13), one under way
/// at a time, so that neither the follower's disk nor the network is flooded. The follower's answer says where to go on,
/// which may be behind what it has from an earlier leader, or at the start again.
/// </summary>
internal sealed class SnapshotTransfer(TimeSpan shortestPatience, TimeSpan longestPatience)
{
    private TimeSpan _patience;
    private TimeSpan _nextTryAt = TimeSpan.MinValue;
    private long _chunkUnderWay;
    private long _furthest;

    /// <summary>The snapshot that is being sent; null before its first chunk was loaded.</summary>
    public SnapshotIdentity? Snapshot { get; private set; }

    /// <summary>Where the next chunk begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether a chunk is being loaded.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>Whether it is time for a chunk: the next one, or the same again, since it or its answer must be lost.</summary>
    public bool WantsChunk(TimeSpan now) => !IsLoading && now >= _nextTryAt;

    public void OnLoading() => IsLoading = true;

    /// <summary>There is no such snapshot, or it cannot be read: tries again later, with whatever there is then.</summary>
    public void OnLoadFailed(TimeSpan now)
    {
        IsLoading = false;
        StartOver();
        Wait(now);
    }

    /// <summary>While the chunk was being loaded, an answer has said that another one is wanted.</summary>
    public void OnStaleLoad() => IsLoading = false;

    /// <summary>A chunk goes out under a number, by which its answer is known.</summary>
    public void OnSent(long correlation, SnapshotIdentity snapshot, TimeSpan now)
    {
        IsLoading = false;
        Snapshot = snapshot;
        _chunkUnderWay = correlation;
        Wait(now);
    }

    /// <summary>
    /// The follower names the byte that it wants next. Only the answer to the chunk sent last counts: were each answer to a
    /// repeated chunk answered by another one, they would multiply. Progress is followed up at once, but patience grows until there
    /// is more of it than ever before: a snapshot that is refused at its end, time and again, is not sent without a pause.
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

        Offset = nextOffset; // if that is no progress, the follower cannot store it, and is given time
        if (nextOffset == 0)
        {
            StartOver();
        }
    }

    /// <summary>Begins again, with the latest snapshot that there is.</summary>
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
