namespace Raft.Testing.Tests.Clusters;

/// <summary>A member whose first start is with <see cref="FirstStart.Join"/>, while the others bootstrap.</summary>
public sealed class JoiningMemberTests
{
    private readonly SimulatedCluster _cluster = new(nodes: 3);

    public JoiningMemberTests()
    {
        _cluster.Start("n1");
        _cluster.Start("n2");
        _cluster["n3"].FirstStart = FirstStart.Join;
    }

    [Fact]
    public void Member_ThatJoins_ReceivesEverythingAndThenVotes()
    {
        _cluster.Propose("a");
        _cluster.Start("n3");
        _cluster.World.RunUntil(() => !_cluster["n3"].Raft.PublishedStatus.IsJoining && _cluster["n3"].Log.Count == 1);

        NodeId leader = _cluster.Leader!.Value;
        _cluster.Crash(leader);
        _cluster.Propose("b"); // needs the vote of n3
        _cluster.Settle();

        Assert.NotEqual(leader, _cluster.Leader);
        Assert.Equal(["a", "b"], _cluster.LogOf("n3"));
    }

    /// <summary>It started before anyone led: it waits, and takes no identity from a candidate.</summary>
    [Fact]
    public void Member_ThatStartsFirst_WaitsForALeader()
    {
        _cluster.Network.Cut("n1", "n2");
        _cluster.Start("n3");
        _cluster.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.Null(_cluster.Leader); // n3 votes for neither
        Assert.Null(_cluster["n3"].Store.Written.HardState.Identity);

        _cluster.Network.Heal();
        _cluster.Propose("a");
        _cluster.Settle();

        Assert.Equal(["a"], _cluster.LogOf("n3"));
        Assert.Null(_cluster["n3"].Store.Written.HardState.Join);
        Assert.Equal(_cluster["n1"].Store.Written.HardState.Identity, _cluster["n3"].Store.Written.HardState.Identity);
    }
}
