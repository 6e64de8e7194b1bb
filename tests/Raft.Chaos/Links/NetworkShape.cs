namespace Raft.Chaos;

/// <summary>Which directions between nodes a fault cuts. Nodes are numbers from 0 up.</summary>
internal static class NetworkShape
{
    /// <summary>The directions that a fault cuts.</summary>
    /// <param name="kind">The fault.</param>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="target">The node that it strikes.</param>
    /// <param name="choice">Selects one of several possibilities.</param>
    public static IEnumerable<(int From, int To)> Cut(FaultKind kind, int nodes, int target, int choice) => kind switch
    {
        FaultKind.Isolate or FaultKind.Flapping => Between(nodes, node => node == target),
        FaultKind.Minority => Between(nodes, MinorityWith(nodes, target, choice).Contains),
        FaultKind.Mute => Pairs(nodes).Where(pair => pair.From == target),
        FaultKind.Deaf => Pairs(nodes).Where(pair => pair.To == target),
        FaultKind.Bridge => AroundBridge(nodes, target, choice),
        _ => [],
    };

    /// <summary>Both directions of each link of a node.</summary>
    public static IEnumerable<(int From, int To)> LinksOf(int nodes, int node) =>
        Pairs(nodes).Where(pair => pair.From == node || pair.To == node);

    /// <summary>All directions.</summary>
    public static IEnumerable<(int From, int To)> Pairs(int nodes) =>
        from first in Enumerable.Range(0, nodes) from second in Enumerable.Range(0, nodes) where first != second select (first, second);

    /// <summary>A node and others, as many together as the cluster can do without; at least the node.</summary>
    private static HashSet<int> MinorityWith(int nodes, int target, int choice)
    {
        HashSet<int> minority = [target];
        for (int next = choice; minority.Count < (nodes - 1) / 2; next++)
        {
            minority.Add(next % nodes);
        }

        return minority;
    }

    private static IEnumerable<(int From, int To)> Between(int nodes, Func<int, bool> isInside) =>
        Pairs(nodes).Where(pair => isInside(pair.From) != isInside(pair.To));

    /// <summary>All directions between two halves, neither of which has the bridge.</summary>
    private static IEnumerable<(int From, int To)> AroundBridge(int nodes, int bridge, int choice)
    {
        int[] others = [.. Enumerable.Range(1, nodes - 1).Select(step => (bridge + step) % nodes)];
        HashSet<int> half = [.. Enumerable.Range(0, others.Length / 2).Select(position => others[(choice + position) % others.Length])];
        return Pairs(nodes).Where(pair => pair.From != bridge && pair.To != bridge && half.Contains(pair.From) != half.Contains(pair.To));
    }
}
