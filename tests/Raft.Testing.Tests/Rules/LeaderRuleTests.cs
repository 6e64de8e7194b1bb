namespace Raft.Testing.Tests.Rules;

/// <summary>
/// Rules of who follows whom and for how long, on clusters that run: each is shown what it must find, and what it must let pass.
/// </summary>
public sealed class LeaderRuleTests
{
    private static readonly TimeSpan MinimumElectionTimeout = TimeSpan.FromMilliseconds(150);

    private static readonly ReferenceQuorum<NodeId> ThreeNodes = new(["n1", "n2", "n3"]);

    private readonly SimulatedCluster _cluster = new(nodes: 3);

    public LeaderRuleTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Propose("a");
        _cluster.Settle();
    }

    [Fact]
    public void CandidatesConcede_CandidateThatReceivesFromALeaderOfItsTerm_IsFound()
    {
        CandidatesConcede rule = new();
        _cluster.Network.Isolate("n3");
        SimulatedNode candidate = _cluster["n3"];
        _cluster.World.RunUntil(() => candidate.Status.Role == RaftRole.PreCandidate);
        AppendEntriesMessage append = SampleMessages.Append("n1", "n3"); // which the node never sees

        rule.OnDelivered(candidate, append with { Term = 9 });
        Assert.Null(rule.OnQuiet(candidate));

        rule.OnDelivered(candidate, append);
        Assert.Contains("n3 is PreCandidate of term 1, which n1 leads", rule.OnQuiet(candidate), StringComparison.Ordinal);
        Assert.Null(rule.OnQuiet(candidate));
    }

    [Fact]
    public void LearnersDoNotLead_LearnerThatActsLikeAVoter_IsFound()
    {
        LearnersDoNotLead rule = new(ClusterRoles.Of(MemberRoles.OneLearner, _cluster.NodeIds));
        RaftMessage[] ofLeaders = [SampleMessages.Vote("n3", "n1"), SampleMessages.Append("n3", "n1")];

        Assert.All(ofLeaders, message => Assert.StartsWith("n3 has no vote", rule.OnSent(_cluster["n3"], message), StringComparison.Ordinal));
        Assert.All(ofLeaders, message => Assert.Null(rule.OnSent(_cluster["n2"], message)));
        Assert.Null(rule.OnSent(_cluster["n3"], SampleMessages.InstallReply("n3", "n1")));
    }

    [Fact]
    public void LivingLeaderStays_FollowerThatJoinsACandidate_IsFound()
    {
        LivingLeaderStays rule = new();
        SimulatedNode follower = _cluster["n2"];
        DeliverHeartbeat(rule, follower);
        rule.OnDelivered(follower, SampleMessages.Vote("n3", "n2") with { Term = 2 });
        Assert.Null(rule.OnQuiet(follower)); // it has stayed in its term

        rule.OnDelivered(follower, SampleMessages.Vote("n3", "n2") with { Term = 2 });
        _cluster.Elect("n3"); // the rule receives no other message of it

        Assert.Contains("n2 has reached term 2 because n3 asked for its vote, although n1, the leader of term 1, is "
            + "alive", rule.OnQuiet(follower), StringComparison.Ordinal);
    }

    [Fact]
    public void LivingLeaderStays_LeaderSilentForATimeout_MayBeDeposed()
    {
        LivingLeaderStays rule = new();
        SimulatedNode follower = _cluster["n2"];
        DeliverHeartbeat(rule, follower);
        _cluster.World.RunFor(MinimumElectionTimeout); // the rule receives no heartbeat in this time

        rule.OnDelivered(follower, SampleMessages.Vote("n3", "n2") with { Term = 2 });
        _cluster.Elect("n3");

        Assert.Null(rule.OnQuiet(follower));
    }

    [Fact]
    public void LivingLeaderStays_FollowerThatReceivedALargerTermElsewhere_MayJoinACandidate()
    {
        LivingLeaderStays rule = new();
        SimulatedNode follower = _cluster["n2"];
        DeliverHeartbeat(rule, follower);

        rule.OnDelivered(follower, SampleMessages.Vote("n3", "n2") with { Term = 2 });
        rule.OnDelivered(follower, new AppendEntriesReplyMessage
        {
            From = "n3",
            To = "n2",
            Origin = Origins.Simulated,
            Term = 2,
            Success = false,
            PrevLogIndex = 2,
            LastIndex = 2,
        });
        _cluster.Elect("n3");

        Assert.Null(rule.OnQuiet(follower));
    }

    [Fact]
    public void LeaderHasQuorum_LeaderThatNobodyAnswers_IsFound()
    {
        LeaderHasQuorum rule = new(ThreeNodes); // receives no answers
        SimulatedNode leader = _cluster["n1"];
        string? broken = null;

        for (int looks = 0; looks < 46 && broken is null; looks++)
        {
            broken = rule.OnQuiet(leader);
            _cluster.World.RunFor(TimeSpan.FromMilliseconds(10));
        }

        Assert.Null(broken);
        Assert.Contains(
            "n1 still leads term 1, and for 460 ms of its clock no majority has answered", rule.OnQuiet(leader), StringComparison.Ordinal);
    }

    [Fact]
    public void LeaderHasQuorum_LeaderThatOneOfTwoAnswers_MayStay()
    {
        LeaderHasQuorum rule = new(ThreeNodes);
        SimulatedNode leader = _cluster["n1"];

        for (int looks = 0; looks < 100; looks++)
        {
            rule.OnDelivered(leader, new AppendEntriesReplyMessage
            {
                From = "n2",
                To = "n1",
                Origin = Origins.Simulated,
                Term = 1,
                Success = true,
                PrevLogIndex = 2,
                LastIndex = 2,
            });
            Assert.Null(rule.OnQuiet(leader));
            _cluster.World.RunFor(TimeSpan.FromMilliseconds(10));
        }
    }

    [Fact]
    public void LeaderHasQuorum_PausedProcess_CountsFromWhenItContinues()
    {
        LeaderHasQuorum rule = new(ThreeNodes);
        SimulatedNode leader = _cluster["n1"];
        Assert.Null(rule.OnQuiet(leader));
        _cluster.World.RunFor(MinimumElectionTimeout * 4); // the rule does not check a paused node

        Assert.Null(rule.OnQuiet(leader));
    }

    /// <summary>A heartbeat of n1, the leader of term 1.</summary>
    private static void DeliverHeartbeat(LivingLeaderStays rule, SimulatedNode follower)
    {
        rule.OnDelivered(follower, SampleMessages.Append("n1", follower.Id.ToString()));
        Assert.Null(rule.OnQuiet(follower));
    }
}
