namespace Raft.Consensus;

/// <summary>
/// A leader's progress in sending its snapshot to a follower, in chunks (section 7, Figure 13). Like replication, it begins with a probe:
/// one chunk is in flight until the follower has said what it needs, which may be after what it has from an earlier leader. From then
/// on, chunks are sent in order without waiting, within a window. When no answer arrives, or the follower names another byte, it goes
/// back to that byte and probes again.
/// </summary>
internal sealed class SnapshotTransfer(InFlightWindow window, TransferBackoff backoff, TimeSpan shortestPatience, TimeSpan longestPatience)
{
    private const long NoneSent = long.MaxValue;

    private readonly AnswerTime _answerTime = new(shortestPatience, longestPatience);
    private TimeSpan _patience;
    private TimeSpan _retryAt;
    private TimeSpan _pausedUntil = TimeSpan.MinValue;
    private long _firstOfAttempt = NoneSent;
    private long _firstOfRound = NoneSent;
    private bool _probes = true;
    private bool _isAnswered;
    private int _allowed = int.MaxValue;

    /// <summary>The snapshot that is being sent; null before its first chunk was loaded.</summary>
    public SnapshotIdentity? Snapshot { get; private set; }

    /// <summary>The number of bytes of the snapshot; 0 before its first chunk was loaded.</summary>
    public long Length { get; private set; }

    /// <summary>The follower has stored everything before this byte.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The furthest that any attempt has come.</summary>
    public long Furthest { get; private set; }

    /// <summary>Where the next chunk starts.</summary>
    public long Next { get; private set; }

    /// <summary>How often the transfer began, as far as the follower has answered.</summary>
    public int Attempts { get; private set; }

    /// <summary>How many bytes the follower has stored, in all attempts together.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Whether a chunk is being loaded.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>How many chunks are unanswered.</summary>
    public int InFlightChunks => window.Count;

    /// <summary>How many bytes are in these chunks.</summary>
    public long InFlightBytes => window.Bytes;

    /// <summary>When a transfer that has failed is tried again, and why it failed.</summary>
    public TransferBackoff Backoff => backoff;

    /// <summary>Whether a chunk may be loaded and sent now.</summary>
    public bool WantsChunk(TimeSpan now) => !IsLoading && now >= _pausedUntil && now >= backoff.Until
        && (_probes ? window.Count == 0 : window.Count < _allowed && !window.IsFull && Next < Length);

    /// <summary>Goes back to what is acknowledged if no answer has arrived for too long: a chunk or its answer seems lost.</summary>
    public void CheckAnswers(TimeSpan now)
    {
        if (window.Count > 0 && now >= _retryAt)
        {
            GoBack(Acknowledged);
        }
    }

    public void OnLoading() => IsLoading = true;

    /// <summary>There is no such snapshot, or it cannot be read: tries again later with the latest snapshot then.</summary>
    public void OnLoadFailed(TimeSpan now)
    {
        IsLoading = false;
        Fail(reason: null, now);
    }

    /// <summary>While the chunk was being loaded, an answer has asked for another one.</summary>
    public void OnStaleLoad() => IsLoading = false;

    /// <summary>A chunk is being sent under a number, which identifies its answer. The numbers grow.</summary>
    public void OnSent(long correlation, in SnapshotChunk chunk, TimeSpan now)
    {
        IsLoading = false;
        Snapshot = chunk.Snapshot;
        Length = chunk.Length;
        Next = chunk.Offset + chunk.Data.Length;
        if (window.Count == 0)
        {
            _patience = _patience == TimeSpan.Zero ? _answerTime.Patience : Shorter(_patience * 2, longestPatience);
            _retryAt = now + _patience;
        }

        window.Add(Next, chunk.Data.Length);
        _firstOfAttempt = Math.Min(_firstOfAttempt, correlation);
        _firstOfRound = Math.Min(_firstOfRound, correlation);
        _answerTime.OnSent(correlation, now);
    }

    /// <summary>
    /// The follower names the byte that it needs next. What an answer says about an earlier attempt counts no longer. An answer to a
    /// chunk that was sent before the transfer last went back is taken as progress only: if each answer made it go back, chunks would
    /// multiply.
    /// </summary>
    public void OnAnswered(long correlation, long nextOffset, SnapshotReplyReason reason, TimeSpan now)
    {
        if (correlation < _firstOfAttempt || nextOffset >= Length || reason == SnapshotReplyReason.NotItsLeader)
        {
            return;
        }

        _answerTime.OnAnswered(correlation, now);
        if (!_isAnswered)
        {
            _isAnswered = true;
            Attempts++;
        }

        if (reason is not (SnapshotReplyReason.Stored or SnapshotReplyReason.OutOfPlace))
        {
            Fail(reason, now);
        }
        else if (nextOffset > Acknowledged)
        {
            Continue(nextOffset, isAnswerToProbe: _probes && correlation >= _firstOfRound, now);
        }
        else if (reason == SnapshotReplyReason.OutOfPlace && correlation >= _firstOfRound)
        {
            if (nextOffset == 0)
            {
                StartOver(); // the follower has lost its part
                _pausedUntil = now + shortestPatience;
            }
            else
            {
                GoBack(nextOffset);
            }
        }
    }

    /// <summary>Starts again with the latest snapshot.</summary>
    public void StartOver()
    {
        GoBack(0);
        Snapshot = null;
        Length = 0;
        _allowed = int.MaxValue;
        _firstOfAttempt = NoneSent;
        _isAnswered = false;
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>
    /// The follower has stored more. The answer to a probe also says where it continues: within the probe if an earlier leader has sent it
    /// smaller chunks.
    /// </summary>
    private void Continue(long nextOffset, bool isAnswerToProbe, TimeSpan now)
    {
        StoredBytes += nextOffset - Acknowledged;
        Acknowledged = nextOffset;
        Furthest = Math.Max(Furthest, nextOffset);
        if (isAnswerToProbe)
        {
            Next = nextOffset;
            window.Clear(); // it was alone in flight
        }
        else
        {
            Next = Math.Max(Next, nextOffset);
            window.FreeThrough(nextOffset);
        }

        _probes = false;
        _allowed = _allowed == int.MaxValue ? _allowed : _allowed + 1;
        _patience = TimeSpan.Zero;
        _retryAt = now + _answerTime.Patience;
        backoff.OnProgress(Snapshot, nextOffset);
    }

    /// <summary>
    /// Probes from a byte on. The window opens again from half of what was in flight, which may be more than gets through.
    /// </summary>
    private void GoBack(long offset)
    {
        _allowed = Math.Max(1, window.Count / 2);
        window.Clear();
        _answerTime.Clear();
        Acknowledged = offset;
        Next = offset;
        _probes = true;
        _firstOfRound = NoneSent;
    }

    private void Fail(SnapshotReplyReason? reason, TimeSpan now)
    {
        backoff.OnFailed(reason, Snapshot, now);
        StartOver();
    }
}
