namespace Raft.Testing.Tests.Rules;

/// <summary>The rule of identities is shown what it must find, and what it must let pass.</summary>
public sealed class IdentityRuleTests
{
    private const long ForeignTerm = 9;

    private readonly RuleLab _lab = new();

    private static ClusterIdentity Own => Origins.Simulated.Identity!;

    private static MessageOrigin Foreign => Origins.Of("simulated", members: 4);

    [Fact]
    public void OneIdentity_MessageOfAnotherIdentityThanTheDiskSays_IsFound()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);
        AppendEntriesMessage append = SampleMessages.Append("n1", "n2") with { Origin = Foreign };
        Assert.Null(rule.OnSent(_lab["n1"], append)); // it belongs to no cluster yet

        _lab.Write("n1", RuleLab.Belonging(term: 1), 1);

        Assert.Null(rule.OnSent(_lab["n1"], append with { Origin = Origins.Simulated }));
        Assert.Contains($"and its disk says {Own}", rule.OnSent(_lab["n1"], append), StringComparison.Ordinal);
    }

    [Fact]
    public void OneIdentity_IdentityThatChanges_IsFound()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);
        _lab.Write("n1", RuleLab.Belonging(term: 1), 1);

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(term: 2), 1, default)));
        Assert.Contains(
            $"n1 writes the identity '{Foreign.Identity}' over {Own}",
            rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(term: 2) with { Identity = Foreign.Identity }, 1, default)),
            StringComparison.Ordinal);
        Assert.Contains(
            $"n1 writes the identity '' over {Own}",
            rule.OnWriting(_lab["n1"], new LogWrite(new HardState(2, null), 1, default)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void OneIdentity_EntriesOfANodeWithoutAnIdentity_AreFound()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(term: 1), 1, RuleLab.Entries(1))));
        Assert.Contains(
            "n1 writes entries from 1 on, and belongs to no cluster",
            rule.OnWriting(_lab["n1"], new LogWrite(new HardState(1, null), 1, RuleLab.Entries(1))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void OneIdentity_TermOfAnotherIdentity_IsFound()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);
        _lab.Write("n1", RuleLab.Belonging(term: 1), 1);
        Assert.Null(rule.OnDelivered(_lab["n1"], SampleMessages.Append("n2", "n1") with { Origin = Foreign, Term = ForeignTerm }));

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(ForeignTerm - 1), 1, default)));
        Assert.Null(rule.OnChanged(_lab["n1"], RuleLab.Situation(), RuleLab.Situation(term: ForeignTerm - 1)));
        AssertFound("n1 enters term 9", rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(ForeignTerm), 1, default)));
        AssertFound("n1 is in term 9", rule.OnChanged(_lab["n1"], RuleLab.Situation(), RuleLab.Situation(term: ForeignTerm)));
        AssertFound(
            "n1 writes an entry of term 9", rule.OnWriting(_lab["n1"], new LogWrite(null, 1, RuleLab.Entries(ForeignTerm))));
    }

    [Fact]
    public void OneIdentity_TermOfAnotherIdentityThatAMemberReachesItself_IsRight()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);
        _lab.Write("n1", RuleLab.Belonging(term: 1), 1);
        _lab.Write("n2", RuleLab.Belonging(term: 1), 1);
        rule.OnDelivered(_lab["n1"], SampleMessages.Append("n2", "n1") with { Origin = Foreign, Term = ForeignTerm });

        HardState ownVote = RuleLab.Belonging(ForeignTerm) with { VotedFor = new NodeId("n2") };
        Assert.Null(rule.OnWriting(_lab["n2"], new LogWrite(ownVote, 1, default)));

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(ForeignTerm), 1, RuleLab.Entries(ForeignTerm))));
    }

    [Fact]
    public void OneIdentity_MessageToANodeWithoutAnIdentity_IsNotForeign()
    {
        AppendEntriesMessage append = SampleMessages.Append("n2", "n1") with { Origin = Foreign };
        Assert.False(OneIdentity.IsForeign(_lab["n1"], append));

        _lab.Write("n1", RuleLab.Belonging(term: 1), 1);

        Assert.True(OneIdentity.IsForeign(_lab["n1"], append));
        Assert.False(OneIdentity.IsForeign(_lab["n1"], append with { Origin = Origins.Simulated }));
    }

    [Fact]
    public void OneIdentity_VoteForANodeThatIsNotAMember_IsFound()
    {
        OneIdentity rule = new(["n1", "n2", "n3"]);

        Assert.Null(rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(term: 1) with { VotedFor = new NodeId("n2") }, 1, default)));
        AssertFound(
            "n1 votes for stranger1, which is not a member",
            rule.OnWriting(_lab["n1"], new LogWrite(RuleLab.Belonging(term: 1) with { VotedFor = new NodeId("stranger1") }, 1, default)));
    }

    [Fact]
    public void OneIdentity_LeaderThatIsNotAMember_IsFound()
    {
        SimulatedNode follower = RuleLab.NewCluster()["n2"];

        Assert.Null(new OneIdentity(["n1", "n2", "n3"]).OnQuiet(follower));
        AssertFound("n2 follows n1, which is not a member", new OneIdentity(["n2", "n3"]).OnQuiet(follower));
    }

    [Fact]
    public void OneIdentity_StrangerThatFollowsAMember_IsFound()
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        cluster.Strangers.Start(["n1"], count: 2);
        cluster.World.RunFor(TimeSpan.FromSeconds(1));

        cluster.Intrude(SampleMessages.Append("n1", "stranger1") with
        {
            Origin = new("simulated", ClusterIdentityHash.Compute("simulated", ["n1", "stranger1", "stranger2"])),
            Term = 9,
        });

        SimulationException error = Assert.Throws<SimulationException>(() => cluster.World.RunFor(TimeSpan.FromSeconds(1)));
        AssertFound("stranger1 follows n1", error.Message);
    }

    [Fact]
    public void OneIdentity_NodeThatWaitsForALeader_IgnoresTheOthers()
    {
        AppendEntriesMessage append = SampleMessages.Append("n2", "n1");
        RequestVoteMessage vote = SampleMessages.Vote("n2", "n1");
        Assert.False(OneIdentity.IsTooEarly(_lab["n1"], vote));

        _lab.Write("n1", new HardState(0, null) { Join = new JoinState(CommitIndex: null) }, 1);

        Assert.True(OneIdentity.IsTooEarly(_lab["n1"], vote));
        Assert.False(OneIdentity.IsTooEarly(_lab["n1"], append));
    }

    private static void AssertFound(string expected, string? broken) => Assert.Contains(expected, broken, StringComparison.Ordinal);
}
