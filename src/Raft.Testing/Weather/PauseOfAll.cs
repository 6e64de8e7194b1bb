namespace Raft.Testing;

/// <summary>
/// All processes are paused together, as those of one machine are. Nothing has failed, so their leader must stay. It begins when nothing
/// else is wrong and all nodes follow one leader, and no other fault begins until it is over.
/// </summary>
internal sealed class PauseOfAll(SimulatedCluster cluster, Fault fault) : SoleFault
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <summary>Longer than any election timeout, so that every node finds that it is late, and not just that it is time.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);

    private readonly TimeSpan _duration = fault.Duration > ShortestPause ? fault.Duration : ShortestPause;
    private TimeSpan? _waitsSince;
    private TimeSpan? _followedSince;
    private TimeSpan _resumesAt;
    private long _term;
    private bool _isResumed;

    public override bool Advance(bool isCalm)
    {
        TimeSpan now = cluster.World.Clock.Now;
        if (!HasBegun)
        {
            return !TryBegin(isCalm, now);
        }

        if (!_isResumed && now >= _resumesAt)
        {
            _isResumed = true;
            foreach (SimulatedNode node in cluster.Nodes)
            {
                node.Resume();
            }
        }

        if (now < _resumesAt + Patience)
        {
            return false;
        }

        SimulatedNode? other = cluster.Nodes.FirstOrDefault(node => node.Raft.PublishedStatus.Term != _term);
        cluster.Require(
            other is null,
            $"A leader stays after a pause of all nodes is broken: it led term {_term}, and {other?.Id} has reached another one.");
        return true;
    }

    /// <returns>False if it does not happen.</returns>
    private bool TryBegin(bool isCalm, TimeSpan now)
    {
        _waitsSince ??= isCalm ? now : null;
        if (now - _waitsSince > LongestWait)
        {
            return false;
        }

        if (!isCalm || !IsFollowedByAll())
        {
            _followedSince = null;
            return true;
        }

        _followedSince ??= now;
        if (now - _followedSince >= Patience)
        {
            HasBegun = true;
            _resumesAt = now + _duration;
            foreach (SimulatedNode node in cluster.Nodes)
            {
                node.Pause();
            }
        }

        return true;
    }

    private bool IsFollowedByAll()
    {
        if (cluster.Leader is not { } leader || cluster.Nodes.Any(static node => !node.IsRunning || node.IsPaused))
        {
            return false;
        }

        PublishedStatus leading = cluster[leader].Raft.PublishedStatus;
        _term = leading.Term;
        return leading.TransferTarget is null // otherwise the leader is to change, with or without a pause
            && cluster.Nodes.All(node => node.Raft.PublishedStatus.Term == _term && node.Raft.PublishedStatus.Leader == leader);
    }
}
