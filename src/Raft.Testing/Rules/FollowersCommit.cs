namespace Raft.Testing;

/// <summary>
/// Figure 2, AppendEntries 5: a follower's commit index is at most min(leaderCommit, the last entry that the message verified),
/// of some message that has reached it in this life. What it committed as a leader stays.
/// </summary>
internal sealed class FollowersCommit : ClusterRule
{
    private readonly Dictionary<NodeId, (RaftNode Life, long Index)> _bounds = [];

    public override string Name => "A follower's commit index";

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is AppendEntriesMessage append)
        {
            Raise(node, Math.Min(append.LeaderCommit, append.LastIndex));
        }
        else if (message is InstallSnapshotMessage install)
        {
            Raise(node, install.LastIncludedIndex); // a snapshot includes only committed entries
        }

        return null;
    }

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.CommitIndex <= before.CommitIndex)
        {
            return null;
        }

        if (now.Role == RaftRole.Leader)
        {
            Raise(node, now.CommitIndex);
            return null;
        }

        // A life begins with what its stores say.
        long begun = Math.Max(node.Store.CommitIndexAtOpening, node.Snapshots.Durable?.LastIncludedIndex ?? 0);
        long bound = Math.Max(BoundOf(node), begun);
        return now.CommitIndex <= bound
            ? null
            : $"{node.Id}, {now.Role} of term {now.Term}, considers index {now.CommitIndex} committed, "
                + $"and no leader has sent it a commit index above {bound}.";
    }

    private long BoundOf(SimulatedNode node) =>
        _bounds.TryGetValue(node.Id, out (RaftNode Life, long Index) bound) && bound.Life == node.Current ? bound.Index : 0;

    private void Raise(SimulatedNode node, long index)
    {
        if (index > BoundOf(node))
        {
            _bounds[node.Id] = (node.Current!, index);
        }
    }
}
