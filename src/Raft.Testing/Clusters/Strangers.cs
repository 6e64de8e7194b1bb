namespace Raft.Testing;

/// <summary>The nodes of other clusters that send to a simulated cluster, in groups that start and end together.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="options">Makes the options of a node of the cluster.</param>
internal sealed class Strangers(SimulatedClusterBase cluster, Func<RaftNodeOptions> options)
{
    private readonly List<StrangerGroup> _groups = [];
    private int _lastNumber;

    /// <summary>Starts nodes that were set up with the cluster's id and other members.</summary>
    /// <param name="listed">The nodes of the cluster that they list, and so send to.</param>
    /// <param name="count">How many to start.</param>
    public StrangerGroup Start(IEnumerable<NodeId> listed, int count)
    {
        StrangerGroup group = new(cluster, listed, Enumerable.Range(_lastNumber + 1, count), options);
        _lastNumber += count;
        _groups.Add(group);
        return group;
    }

    /// <summary>Ends the nodes of a group. What they have sent is still delivered.</summary>
    public void End(StrangerGroup group)
    {
        group.End();
        _groups.Remove(group);
    }

    /// <summary>Checks that none has failed, or accepts a node of the cluster as its leader or candidate.</summary>
    public void Check()
    {
        foreach (StrangerGroup group in _groups)
        {
            group.Check();
        }
    }
}
