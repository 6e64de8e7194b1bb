namespace Raft.Testing.Tests.Clusters;

/// <summary>Who votes in a simulated cluster, and which nodes are a quorum.</summary>
public sealed class ClusterRolesTests
{
    private static readonly NodeId[] Five = ["n1", "n2", "n3", "n4", "n5"];

    [Fact]
    public void OneLearner_DoesNotCount()
    {
        ClusterRoles roles = ClusterRoles.Of(MemberRoles.OneLearner, Five);

        Assert.False(roles.IsVoter("n5"));
        Assert.False(roles.Quorum.IsReachedBy(["n1", "n2", "n5"]));
        Assert.True(roles.Quorum.IsReachedBy(["n1", "n2", "n3"]));
    }

    [Fact]
    public void Joint_NeedsAMajorityOfBothSets()
    {
        ClusterRoles roles = ClusterRoles.Of(MemberRoles.Joint, Five);

        Assert.All(Five, node => Assert.True(roles.IsVoter(node)));
        Assert.False(roles.Quorum.IsReachedBy(["n1", "n2", "n3"])); // one of n3, n4, n5
        Assert.True(roles.Quorum.IsReachedBy(["n1", "n3", "n5"]));
    }

    [Theory]
    [InlineData(MemberRoles.OneLearner, 1)]
    [InlineData(MemberRoles.Joint, 2)]
    public void ClusterThatIsTooSmall_HasVotersOnly(MemberRoles roles, int nodes)
    {
        ClusterRoles small = ClusterRoles.Of(roles, Five[..nodes]);

        Assert.Null(small.FirstConfiguration(static id => new RaftMember(id)));
        Assert.True(small.IsVoter(Five[nodes - 1]));
    }

    [Theory]
    [InlineData(MemberRoles.AllVote, 2, "n1", false)]
    [InlineData(MemberRoles.AllVote, 3, "n1", true)]
    [InlineData(MemberRoles.OneLearner, 3, "n1", false)]
    [InlineData(MemberRoles.OneLearner, 3, "n3", true)]
    [InlineData(MemberRoles.Joint, 3, "n1", true)]
    [InlineData(MemberRoles.Joint, 3, "n2", false)]
    [InlineData(MemberRoles.Joint, 4, "n2", true)]
    [InlineData(MemberRoles.Joint, 5, "n3", true)]
    public void CanSpare_TellsWhetherTheOthersAreAQuorum(MemberRoles roles, int nodes, string node, bool canSpare) =>
        Assert.Equal(canSpare, ClusterRoles.Of(roles, Five[..nodes]).CanSpare(node));
}
