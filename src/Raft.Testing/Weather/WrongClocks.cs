namespace Raft.Testing;

/// <summary>Wall clocks that are minutes or hours wrong, and right again later. Those of a quorum are always right.</summary>
internal sealed class WrongClocks(SimulatedCluster cluster)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30); // no fault lasts longer

    private readonly HashSet<Fault> _underWay = new(ReferenceEqualityComparer.Instance);

    /// <summary>Sets the clock of a node wrong, unless too many have been wrong lately.</summary>
    public void Begin(Fault fault, SimulatedNode node)
    {
        if (MayBeWrong(node))
        {
            TimeSpan wrong = TimeSpan.FromMinutes(1 + (Math.Abs(fault.Intensity - 0.5) * 2_880));
            node.SetWallClock(fault.Intensity < 0.3 ? -wrong : wrong);
            _underWay.Add(fault);
        }
    }

    /// <summary>Sets it right again.</summary>
    public void End(Fault fault, SimulatedNode node)
    {
        if (_underWay.Remove(fault))
        {
            node.SetWallClock(TimeSpan.Zero);
        }
    }

    /// <summary>The clocks of a quorum are right, and were for as long as anyone remembers another one.</summary>
    private bool MayBeWrong(SimulatedNode node)
    {
        TimeSpan now = cluster.World.Clock.Now;
        return cluster.Roles.Quorum.IsReachedBy(cluster.Nodes
            .Where(other => other != node && !(now - other.WallClockSetAt < Memory))
            .Select(static other => other.Id));
    }
}
