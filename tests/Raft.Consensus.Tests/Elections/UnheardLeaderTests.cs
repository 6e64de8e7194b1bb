using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>A refusal names the leader that the voter follows (dissertation, section 9.6), so a node knows which link is broken.</summary>
public sealed class UnheardLeaderTests
{
    private static readonly Settings Strict = Settings.Default;

    [Fact]
    public void Node_CutOffFromItsLeaderOnly_KnowsWhoFollowsIt()
    {
        SingleModule n1 = new(voters: 3, Strict);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Refuse(requests, "n2", leader: "n3"));

        Assert.Equal(new UnheardLeader("n3", new NodeSet(["n2"])), n1.Module.UnheardLeader);
    }

    [Fact]
    public void Node_RefusedByTheLeaderItself_KnowsItAsLeader()
    {
        SingleModule n1 = new(voters: 3, Strict);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Refuse(requests, "n3", leader: "n3")); // it receives messages from n1, and n1 does not receive its heartbeats

        Assert.Equal(new UnheardLeader("n3", NodeSet.Empty), n1.Module.UnheardLeader);
    }

    [Fact]
    public void Node_RefusedBySeveral_NamesTheLeaderOfMost()
    {
        SingleModule n1 = new(voters: 5, Strict);
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Refuse(requests, "n2", leader: "n5")); // it does not know yet
        n1.Deliver(Refuse(requests, "n3", leader: "n4"));
        n1.Deliver(Refuse(requests, "n4", leader: "n4"));

        Assert.Equal(new UnheardLeader("n4", new NodeSet(["n3"])), n1.Module.UnheardLeader);
    }

    [Fact]
    public void Node_RefusedWithoutALeader_KnowsNone()
    {
        SingleModule n1 = new(voters: 3, Strict);

        n1.Deliver(Refuse(n1.TimeOut(), "n2", leader: null));

        Assert.Null(n1.Module.UnheardLeader);
    }

    [Fact]
    public void Node_VoterNamedItself_IsNoLeaderToHearFrom()
    {
        SingleModule n1 = new(voters: 3, Strict);

        n1.Deliver(Refuse(n1.TimeOut(), "n2", leader: "n1"));

        Assert.Null(n1.Module.UnheardLeader);
    }

    [Fact]
    public void Voter_AnswersNoMore_IsForgottenAfterTwoRounds()
    {
        SingleModule n1 = new(voters: 3, Strict);
        n1.Deliver(Refuse(n1.TimeOut(), "n2", leader: "n3"));

        n1.TimeOut();
        Assert.NotNull(n1.Module.UnheardLeader);
        n1.TimeOut();

        Assert.Null(n1.Module.UnheardLeader);
    }

    [Fact]
    public void Node_HearsFromALeader_KnowsNoOther()
    {
        SingleModule n1 = new(voters: 3, Strict);
        n1.Deliver(Refuse(n1.TimeOut(), "n2", leader: "n3"));

        n1.Deliver(Make.Append("n3", 1, 0, 0, 0));

        Assert.Null(n1.Module.UnheardLeader);
    }

    private static RequestVoteReplyMessage Refuse(RequestVoteMessage[] requests, NodeId voter, NodeId? leader) =>
        Make.Vote(requests.Single(request => request.To == voter), granted: false) with { Leader = leader };
}
