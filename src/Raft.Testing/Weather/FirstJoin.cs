namespace Raft.Testing;

/// <summary>
/// A member starts for the first time with <see cref="FirstStart.Join"/>, later than the others, which bootstrap. Until it has
/// caught up, nothing else may fail: the others are a majority only if all of them run, and a stranger could give it another identity.
/// </summary>
internal sealed class FirstJoin(SimulatedCluster cluster, SimulatedNode node, Fault fault) : SoleFault
{
    /// <summary>
    /// The nodes that join, of a schedule: those that are to do so at the start of the run, as long as the others are a quorum.
    /// </summary>
    /// <param name="faults">The schedule.</param>
    /// <param name="cluster">The cluster.</param>
    public static IReadOnlyCollection<NodeId> NodesOf(IReadOnlyList<Fault> faults, SimulatedCluster cluster)
    {
        HashSet<NodeId> starting = [.. cluster.NodeIds];
        foreach (Fault fault in faults.Where(static fault => fault.Kind == FaultKind.FirstJoin && fault.At == TimeSpan.Zero))
        {
            NodeId id = cluster.NodeIds[fault.Node];
            if (cluster.Roles.Quorum.IsReachedBy(starting.Where(other => other != id)))
            {
                starting.Remove(id);
            }
        }

        return [.. cluster.NodeIds.Where(id => !starting.Contains(id))];
    }

    public override bool Advance(bool isCalm)
    {
        if (HasBegun)
        {
            return HasJoined();
        }

        if (node.Current is not null)
        {
            return true; // it has bootstrapped with the others
        }

        if (isCalm && cluster.World.Clock.Now >= fault.End)
        {
            HasBegun = true;
            node.FirstStart = FirstStart.Join;
            node.Start();
        }

        return false;
    }

    private bool HasJoined()
    {
        PublishedStatus status = node.Raft.PublishedStatus;
        if (!status.IsRunning || status.IsJoining)
        {
            return false;
        }

        cluster.NoteJoin();
        node.FirstStart = null;
        return true;
    }
}
