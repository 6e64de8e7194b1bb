namespace Raft.Transport.Tcp;

/// <summary>The pauses between attempts to reach a peer: each twice the one before, up to a limit, and each cut by up to a half.</summary>
internal sealed class Backoff(TimeSpan longest, Func<double> nextRandom)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    private int _failures;

    public void Reset() => _failures = 0;

    /// <summary>The pause after one more failure.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = Shortest * Math.Pow(2, Math.Min(_failures, 20));
        _failures++;
        return (pause < longest ? pause : longest) * (1 - (nextRandom() / 2));
    }
}
