using Raft.Consensus;

namespace Raft;

/// <summary>
/// Watches whether the followers of this leader get any further, and reports those that do not: because they do not answer, refuse the
/// snapshot, or cannot keep up with what is written.
/// </summary>
internal sealed class FollowerWatch(NodeContext context, SnapshotPolicy policy)
{
    private readonly List<WatchedFollower> _followers = [];
    private TimeSpan _nextCheck;
    private long _term;

    /// <summary>The followers that lack entries, and have got no further for <see cref="NodeSettings.HangTimeout"/>.</summary>
    public NodeSet WithoutProgress { get; private set; } = NodeSet.Empty;

    /// <summary>Looks at the followers, if it is time to. Called in each pass.</summary>
    public void Check()
    {
        ConsensusModule module = context.Module;
        if (module.Role != RaftRole.Leader || module.Term != _term)
        {
            Forget(module);
        }

        if (module.Role != RaftRole.Leader || context.Now < _nextCheck)
        {
            return;
        }

        _nextCheck = context.Now + context.Settings.Consensus.MinimumElectionTimeout;
        foreach (FollowerProgress follower in module.Followers)
        {
            WatchedOf(follower).Check(follower, policy.TotalBytes);
        }

        Publish();
    }

    /// <summary>Another leadership begins, or this one has ended: nothing is known about followers.</summary>
    private void Forget(ConsensusModule module)
    {
        _term = module.Term;
        if (_followers.Count > 0)
        {
            _followers.Clear();
            WithoutProgress = NodeSet.Empty;
        }
    }

    private WatchedFollower WatchedOf(FollowerProgress follower)
    {
        foreach (WatchedFollower watched in _followers)
        {
            if (watched.Id == follower.Id)
            {
                return watched;
            }
        }

        WatchedFollower added = new(context, follower.Id, policy.TotalBytes);
        _followers.Add(added);
        return added;
    }

    private void Publish()
    {
        int count = 0;
        bool isSame = true;
        foreach (WatchedFollower follower in _followers)
        {
            if (follower.Stalls)
            {
                isSame &= WithoutProgress.Contains(follower.Id);
                count++;
            }
        }

        if (!isSame || count != WithoutProgress.Count)
        {
            WithoutProgress = new NodeSet([.. _followers.Where(static each => each.Stalls).Select(static each => each.Id).Order()]);
        }
    }
}
