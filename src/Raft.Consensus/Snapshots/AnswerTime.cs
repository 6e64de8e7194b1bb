namespace Raft.Consensus;

/// <summary>
/// How long a follower takes to answer a chunk: the round trip and its disk. A leader that is less patient would send over a long link
/// everything twice.
/// </summary>
internal sealed class AnswerTime(TimeSpan shortestPatience, TimeSpan longestPatience)
{
    private const int AnswerTimes = 2;

    private long _measured; // the number of the chunk that is measured; 0 if none is
    private TimeSpan _sentAt;
    private TimeSpan _taken;

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Patience
    {
        get
        {
            TimeSpan patience = _taken * AnswerTimes;
            return patience < shortestPatience ? shortestPatience : patience > longestPatience ? longestPatience : patience;
        }
    }

    /// <summary>The chunk that is measured, or its answer, seems lost: the next one is measured.</summary>
    public void Clear() => _measured = 0;

    /// <summary>A chunk is being sent.</summary>
    public void OnSent(long correlation, TimeSpan now)
    {
        if (_measured == 0)
        {
            _measured = correlation;
            _sentAt = now;
        }
    }

    /// <summary>A chunk was answered. The answer to a later chunk than the measured one counts too: its own may be lost.</summary>
    public void OnAnswered(long correlation, TimeSpan now)
    {
        if (_measured != 0 && correlation >= _measured)
        {
            _taken = now - _sentAt;
            _measured = 0;
        }
    }
}
