namespace Raft.Consensus.Tests.Membership;

/// <summary>The configuration as a value: what can be constructed, and what it says about its members.</summary>
public sealed class ClusterConfigurationTests
{
    private static readonly Guid Store = new("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void Constructor_WithoutVoters_IsRefused()
    {
        Assert.Contains("at least one voter", Refusal(() => new ClusterConfiguration([])), StringComparison.Ordinal);
        Assert.Contains("at least one voter", Refusal(() => new ClusterConfiguration([], ["a"], ["b"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_MemberTwiceInARole_IsRefused()
    {
        Assert.Contains("'a' is listed twice", Refusal(() => new ClusterConfiguration(["a", "b", "a"])), StringComparison.Ordinal);
        Assert.Contains("'b' is listed twice", Refusal(() => new ClusterConfiguration(["a"], ["b", "b"])), StringComparison.Ordinal);
        Assert.Contains("'b' is listed twice", Refusal(() => new ClusterConfiguration(["a"], null, ["b", "b"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_VoterThatIsALearner_IsRefused()
    {
        string refusal = Refusal(() => new ClusterConfiguration(["a"], null, ["a"]));
        Assert.Contains("as a voter and as a learner", refusal, StringComparison.Ordinal);
    }

    /// <summary>The encoding has one description of each member: with two of them, nodes would not agree on its address.</summary>
    [Fact]
    public void Constructor_MemberWithTwoDescriptions_IsRefused()
    {
        RaftMember one = new("a", "one:1");
        RaftMember other = new("a", "two:2");

        Assert.Contains("two addresses", Refusal(() => new ClusterConfiguration([one], [other])), StringComparison.Ordinal);
        Assert.Contains("two addresses", Refusal(() => new ClusterConfiguration(["b"], [one], [other])), StringComparison.Ordinal);
        string otherStore = Refusal(() => new ClusterConfiguration(["b"], [one], [one with { StoreId = Store }]));
        Assert.Contains("two addresses", otherStore, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_MemberWithoutId_IsRefused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new ClusterConfiguration([new RaftMember()]));
        Assert.ThrowsAny<ArgumentException>(() => new ClusterConfiguration([new RaftMember { Id = new string('a', 256) }]));
    }

    [Fact]
    public void Members_InAnyOrder_AreOrderedByIdOrdinally()
    {
        ClusterConfiguration configuration = new(["b", "B", "n10"], ["b", "a"], ["z", "n2"]);

        Assert.Equal(["B", "a", "b", "n10", "n2", "z"], configuration.Members.Select(static member => member.Id));
        Assert.Equal(["B", "b", "n10"], configuration.Voters.Select(static member => member.Id));
        Assert.Equal(["a", "b"], configuration.OutgoingVoters.Select(static member => member.Id));
        Assert.Equal(["n2", "z"], configuration.Learners.Select(static member => member.Id));
    }

    [Fact]
    public void Roles_OfEachMember_AreThoseOfTheLists()
    {
        ClusterConfiguration configuration = new(["a", "b"], ["b", "c", "d"], ["d", "e"]);

        Assert.True(configuration.IsJoint);
        Assert.Equal("abcd", Where(configuration.IsVoter));
        Assert.Equal("e", Where(configuration.IsLearner)); // d votes until the change ends
        Assert.Equal("abcde", Where(node => configuration.Find(node) is not null));

        static string Where(Predicate<NodeId> holds) => string.Concat("abcdef".Where(id => holds(id.ToString())));
    }

    [Fact]
    public void IsJoint_WithoutOutgoingVoters_IsFalse()
    {
        Assert.False(new ClusterConfiguration(["a"]).IsJoint);
        Assert.False(new ClusterConfiguration(["a"], []).IsJoint);
    }

    [Fact]
    public void Equals_SameMembersInAnyOrder_IsTrue()
    {
        ClusterConfiguration one = new(["a", "b"], ["c"], ["d"]);

        Assert.Equal(one, new ClusterConfiguration(["b", "a"], ["c"], ["d"]));
        Assert.Equal(one.GetHashCode(), new ClusterConfiguration(["b", "a"], ["c"], ["d"]).GetHashCode());
    }

    [Fact]
    public void Equals_AnyDifference_IsFalse()
    {
        ClusterConfiguration one = new(["a", "b"]);
        RaftMember tagged = new("b") { Tags = { ["rack"] = "1" } };
        ClusterConfiguration[] others =
        [
            new(["a"]),
            new(["a", "c"]),
            new(["a"], null, ["b"]),
            new(["a", "b"], ["a", "b"]),
            new(["a", new RaftMember("b", "host:1")]),
            new(["a", new RaftMember("b") { StoreId = Store }]),
            new(["a", tagged]),
            one.At(7),
            one.WithExtensions(new byte[] { 1, 0, 0, 0, 0, 0 }),
        ];

        Assert.All(others, other => Assert.NotEqual(one, other));
        Assert.True(one.HasSameMembers(one.At(7)));
    }

    /// <summary>What the caller passed may change later; the configuration does not.</summary>
    [Fact]
    public void Constructor_MembersThatChangeLater_KeepsCopies()
    {
        RaftMember member = new("a", "host:1") { Tags = { ["rack"] = "1" } };
        ClusterConfiguration configuration = new([member]);

        member.Address = "host:2";
        member.Tags["rack"] = "2";

        Assert.Equal(("host:1", "1"), (configuration.Voters[0].Address, configuration.Voters[0].Tags["rack"]));
        Assert.Throws<NotSupportedException>(() => configuration.Voters[0].Tags["rack"] = "3");
    }

    /// <summary>A node that waits to join knows nobody: nothing can be decided, however many agree.</summary>
    [Fact]
    public void Empty_WhateverIsVoted_DecidesNothing()
    {
        Assert.NotEqual(VoteOutcome.Won, ClusterConfiguration.Empty.OutcomeOf(static _ => true));
        Assert.False(ClusterConfiguration.Empty.IsVoter("a"));
        Assert.False(ClusterConfiguration.Empty.IsLearner("a"));
    }

    private static string Refusal(Func<ClusterConfiguration> construct) => Assert.ThrowsAny<ArgumentException>(construct).Message;
}
