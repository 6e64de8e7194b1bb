namespace Raft.Transport.Tcp;

/// <summary>
/// When something was last reported about what this process is configured with: addresses, files. So there are few of them. Each problem is
/// due once a minute, and a connection once a minute or when it ends a problem that was reported.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class KnownReports(IClock clock)
{
    private const int MaximumProblems = 16_384;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, PeerProblemKind Kind), TimeSpan> _problems = [];
    private readonly Dictionary<string, TimeSpan> _connections = []; // without those that a problem has followed

    public bool IsProblemDue(string name, PeerProblemKind kind)
    {
        TimeSpan now = clock.Now;
        lock (_lock)
        {
            if (!IsDue(_problems, (name, kind), now))
            {
                return false;
            }

            _connections.Remove(name);
            return true;
        }
    }

    public bool IsConnectionDue(string name)
    {
        TimeSpan now = clock.Now;
        lock (_lock)
        {
            return IsDue(_connections, name, now);
        }
    }

    private static bool IsDue<TKey>(Dictionary<TKey, TimeSpan> reported, TKey key, TimeSpan now)
        where TKey : notnull
    {
        if (reported.TryGetValue(key, out TimeSpan last) && now - last < Interval)
        {
            return false;
        }

        if (reported.Count >= MaximumProblems)
        {
            reported.Clear(); // thousands of peers: some are reported twice in a minute
        }

        reported[key] = now;
        return true;
    }
}
