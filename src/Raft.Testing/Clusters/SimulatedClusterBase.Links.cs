namespace Raft.Testing;

// How nodes are cut off from each other.
public abstract partial class SimulatedClusterBase
{
    /// <summary>Cuts a node off from all others, until <see cref="Heal"/>.</summary>
    /// <param name="id">The node, which keeps running.</param>
    public void Isolate(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        Network.Isolate(this[id].Id);
    }

    /// <summary>
    /// Splits the cluster into groups that cannot reach each other, until <see cref="Heal"/>: <c>Split(["n1", "n2"], ["n3"])</c>.
    /// Links that were cut before stay cut.
    /// </summary>
    /// <param name="groups">The groups. Nodes in none of them form one more.</param>
    /// <exception cref="ArgumentException">A node is in two groups, or there is no such node.</exception>
    public void Split(params IReadOnlyList<NodeId>[] groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        using HomeThread.Visit visit = World.Enter();
        Dictionary<NodeId, int> groupOf = [];
        for (int group = 0; group < groups.Length; group++)
        {
            foreach (NodeId id in groups[group])
            {
                if (!groupOf.TryAdd(this[id].Id, group))
                {
                    throw new ArgumentException($"Node '{id}' is listed twice: each node can be in one group.", nameof(groups));
                }
            }
        }

        foreach (NodeId one in NodeIds)
        {
            foreach (NodeId other in NodeIds.Where(other => groupOf.GetValueOrDefault(one, -1) != groupOf.GetValueOrDefault(other, -1)))
            {
                Network.CutOneWay(one, other);
            }
        }
    }

    /// <summary>Ends all isolations and splits, and repairs all links.</summary>
    public void Heal()
    {
        using HomeThread.Visit visit = World.Enter();
        Network.Heal();
    }

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="duration">How much; zero or more.</param>
    public void Run(TimeSpan duration) => World.RunFor(duration);
}
