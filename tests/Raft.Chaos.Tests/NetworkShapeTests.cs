namespace Raft.Chaos.Tests;

/// <summary>Which directions each shape cuts, in a cluster of five.</summary>
public sealed class NetworkShapeTests
{
    private const int Nodes = 5;
    private const int Target = 2;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(17)]
    public void Isolate_OneNode_ReachesNobodyAndTheOthersEachOther(int choice)
    {
        HashSet<(int From, int To)> cut = Cut(FaultKind.Isolate, choice);

        Assert.Equal(NetworkShape.LinksOf(Nodes, Target).ToHashSet(), cut);
        Assert.Equal(8, cut.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Minority_TwoNodes_ReachEachOtherOnly(int choice)
    {
        int[][] groups = Groups(Cut(FaultKind.Minority, choice));

        Assert.Equal(2, groups.Length);
        Assert.Equal([2, 3], groups.Select(static group => group.Length).Order());
        Assert.Contains(Target, groups.Single(static group => group.Length == 2));
    }

    [Fact]
    public void Mute_OneNode_ReceivesOnly() =>
        Assert.Equal([(2, 0), (2, 1), (2, 3), (2, 4)], Cut(FaultKind.Mute, choice: 0).Order());

    [Fact]
    public void Deaf_OneNode_SendsOnly() =>
        Assert.Equal([(0, 2), (1, 2), (3, 2), (4, 2)], Cut(FaultKind.Deaf, choice: 0).Order());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Bridge_OneNode_ReachesAllAndHalvesOnlyItself(int choice)
    {
        HashSet<(int From, int To)> cut = Cut(FaultKind.Bridge, choice);

        Assert.DoesNotContain(cut, static pair => pair.From == Target || pair.To == Target);
        Assert.Equal(8, cut.Count); // two halves of two nodes, in both directions
        Assert.Single(Groups(cut));
        Assert.All(cut, pair => Assert.Contains((pair.To, pair.From), cut));
    }

    [Theory]
    [InlineData((int)FaultKind.Kill)]
    [InlineData((int)FaultKind.Delay)]
    [InlineData((int)FaultKind.Reset)]
    public void OtherFaults_CutNothing(int kind) => Assert.Empty(Cut((FaultKind)kind, choice: 0));

    private static HashSet<(int From, int To)> Cut(FaultKind kind, int choice) => [.. NetworkShape.Cut(kind, Nodes, Target, choice)];

    /// <summary>The nodes that reach each other, directly or through others.</summary>
    private static int[][] Groups(HashSet<(int From, int To)> cut)
    {
        int[] group = [.. Enumerable.Range(0, Nodes)];
        for (int round = 0; round < Nodes; round++)
        {
            foreach ((int from, int to) in NetworkShape.Pairs(Nodes).Where(pair => !cut.Contains(pair)))
            {
                group[to] = group[from] = Math.Min(group[from], group[to]);
            }
        }

        return [.. Enumerable.Range(0, Nodes).GroupBy(node => group[node]).Select(static each => each.ToArray())];
    }
}
