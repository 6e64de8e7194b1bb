namespace Raft.Testing.Tests.Rules;

/// <summary>Rules about leaders that hang: each is shown what it must find, and what it must let pass.</summary>
public sealed class HangRuleTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly ClusterRoles ThreeVoters = ClusterRoles.Of(MemberRoles.AllVote, ["n1", "n2", "n3"]);

    [Fact]
    public void HungLeadersGiveUp_LeaderThatStaysAlthoughOthersHaveApplied_IsFound()
    {
        SimulatedCluster cluster = ThatNeverGivesUp();
        cluster["n1"].HoldMachine();
        cluster.Submit("b", "n1");

        string? broken = Watch(cluster, TimeSpan.FromSeconds(4));

        Assert.StartsWith("n1 still leads term 1, although it hangs", broken, StringComparison.Ordinal);
    }

    [Fact]
    public void HungLeadersGiveUp_LeaderThatStaysAlthoughOthersHold_IsFound()
    {
        SimulatedCluster cluster = ThatNeverGivesUp();
        cluster["n1"].Storage.Hold();
        cluster.Submit("b", "n1");

        Assert.StartsWith("n1 still leads term 1", Watch(cluster, TimeSpan.FromSeconds(4)), StringComparison.Ordinal);
    }

    [Fact]
    public void HungLeadersGiveUp_NodesThatAllHangAlike_MayStay()
    {
        SimulatedCluster cluster = ThatNeverGivesUp();
        foreach (SimulatedNode node in cluster.Nodes)
        {
            node.HoldMachine();
        }

        cluster.Submit("b", "n1");

        Assert.Null(Watch(cluster, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void HungLeadersGiveUp_LeaderThatHasNothingToDo_MayStay()
    {
        SimulatedCluster cluster = ThatNeverGivesUp();
        cluster["n1"].OccupyMachine(WorkKind.Read);

        Assert.Null(Watch(cluster, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void GivingUpNeedsEvidence_LeaderThatWasToldNothing_IsFound()
    {
        SimulatedCluster cluster = ThatHasGivenUp(out _);
        GivingUpNeedsEvidence rule = new(new HangFacts(ThreeVoters)); // to which nothing was delivered

        Assert.StartsWith(
            "n1 gave up its leadership", rule.OnChanged(cluster["n1"], default, cluster["n1"].Situation), StringComparison.Ordinal);
    }

    [Fact]
    public void GivingUpNeedsEvidence_LeaderThatWasToldThatOthersAppliedMore_MayGiveUp()
    {
        SimulatedCluster cluster = ThatHasGivenUp(out HangFacts facts);

        Assert.Null(new GivingUpNeedsEvidence(facts).OnChanged(cluster["n1"], default, cluster["n1"].Situation));
    }

    [Fact]
    public void GivingUpNeedsEvidence_NodeThatCampaignsWhileItHangs_IsFound()
    {
        SimulatedCluster cluster = ThatHasGivenUp(out HangFacts facts);
        GivingUpNeedsEvidence rule = new(facts);
        rule.OnChanged(cluster["n1"], default, cluster["n1"].Situation);

        Assert.Contains(
            "after it gave up its leadership", rule.OnSent(cluster["n1"], SampleMessages.Vote("n1", "n2")), StringComparison.Ordinal);
        Assert.Null(rule.OnSent(cluster["n2"], SampleMessages.Vote("n2", "n1")));
    }

    [Fact]
    public void EveryCallerIsAnswered_CallerOfALeaderThatWasDeposed_IsFoundAfterAWhile()
    {
        SimulatedCluster cluster = ThatNeverGivesUp();
        cluster["n1"].HoldMachine();
        cluster.Submit("b", "n1");
        cluster.World.RunFor(TimeSpan.FromMilliseconds(50));
        cluster.Network.Isolate("n1");
        cluster.WaitForLeader();
        EveryCallerIsAnswered rule = new();
        RaftNodeOptions options = cluster["n1"].Options;
        string? broken = null;
        for (TimeSpan passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(2) && broken is null; passed += Step)
        {
            cluster.World.RunFor(Step);
            options.HangTimeout = null; // this rule demands what the node was not told to do
            broken = rule.OnQuiet(cluster["n1"]);
            options.HangTimeout = TimeSpan.FromHours(1); // the cluster's own rules do not
        }

        Assert.StartsWith("1 callers have waited at n1, ", broken, StringComparison.Ordinal);
    }

    /// <summary>Runs a cluster and asks the rule about n1 after each step.</summary>
    private static string? Watch(SimulatedCluster cluster, TimeSpan duration)
    {
        HungLeadersGiveUp rule = new(new HangFacts(ThreeVoters));
        cluster.Network.MessageDelivered += message =>
        {
            if (message.To == "n1")
            {
                rule.OnDelivered(cluster["n1"], message);
            }
        };
        RaftNodeOptions options = cluster["n1"].Options;
        for (TimeSpan passed = TimeSpan.Zero; passed < duration; passed += Step)
        {
            cluster.World.RunFor(Step);
            options.HangTimeout = null; // this rule demands what the node was not told to do
            string? broken = rule.OnQuiet(cluster["n1"]);
            options.HangTimeout = TimeSpan.FromHours(1); // the cluster's own rules do not
            if (broken is not null)
            {
                return broken;
            }
        }

        return null;
    }

    private static SimulatedCluster ThatNeverGivesUp()
    {
        SimulatedCluster cluster = new(nodes: 3, configure: static options => options.HangTimeout = TimeSpan.FromHours(1));
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("a");
        cluster.Settle();
        return cluster;
    }

    /// <summary>n1 has given up its leadership, and still hangs.</summary>
    private static SimulatedCluster ThatHasGivenUp(out HangFacts facts)
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        HangFacts seen = facts = new HangFacts(ThreeVoters);
        cluster.Network.MessageDelivered += message =>
        {
            if (message.To == "n1")
            {
                seen.OnDelivered(cluster["n1"], message);
            }
        };
        cluster["n1"].HoldMachine();
        cluster.Submit("b", "n1");
        cluster.World.RunUntil(() => cluster["n1"].Raft.PublishedStatus.Conditions.IsCandidacyWithheld);
        return cluster;
    }
}
