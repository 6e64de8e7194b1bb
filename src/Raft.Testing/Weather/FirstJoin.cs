namespace Raft.Testing;

/// <summary>
/// A member starts for the first time with <see cref="FirstStart.Join"/>, later than the others, which bootstrap. Until it has
/// caught up, nothing else may fail: the others are a majority only if all of them run, and a stranger could give it another identity.
/// </summary>
internal sealed class FirstJoin(SimulatedCluster cluster, SimulatedNode node, Fault fault) : SoleFault
{
    /// <summary>
    /// The nodes that join, of a schedule: those that are to do so at the start of the run, as long as the others are a majority.
    /// </summary>
    /// <param name="faults">The schedule.</param>
    /// <param name="nodes">The number of nodes.</param>
    public static IReadOnlyCollection<int> NodesOf(IReadOnlyList<Fault> faults, int nodes) =>
        [.. faults
            .Where(static fault => fault.Kind == FaultKind.FirstJoin && fault.At == TimeSpan.Zero)
            .Select(static fault => fault.Node)
            .Distinct()
            .Take((nodes - 1) / 2)];

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
