using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>RequestVote of Figure 2, called as a method of a node that does not even run.</summary>
public sealed class RequestVoteTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void RequestVoteAsync_FirstOfATerm_IsGranted()
    {
        LabNode node = _lab.Node(members: 3);

        RequestVoteReply reply = node.RequestVote(1, "n2");

        Assert.Equal(new RequestVoteReply(1, true), reply);
        Assert.Equal((1L, new NodeId("n2"), RaftRole.Follower), (node.Status.Term, node.Status.VotedFor, node.Status.Role));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void RequestVoteAsync_OfAnotherCandidateInTheSameTerm_IsRefused()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(1, "n2");

        Assert.Equal(new RequestVoteReply(1, false), node.RequestVote(1, "n3"));
        Assert.Equal(new RequestVoteReply(1, true), node.RequestVote(1, "n2")); // the same one again, whose answer was lost
    }

    [Fact]
    public void RequestVoteAsync_OfALowerTerm_IsRefusedWithTheCurrentTerm()
    {
        LabNode node = _lab.Node(members: 3, initialTerm: 4);

        Assert.Equal(new RequestVoteReply(4, false), node.RequestVote(3, "n2"));
        Assert.Null(node.Status.VotedFor);
    }

    [Fact]
    public void RequestVoteAsync_OfAHigherTerm_FreesTheVote()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(1, "n2");

        Assert.Equal(new RequestVoteReply(2, true), node.RequestVote(2, "n3"));
        Assert.Equal(new NodeId("n3"), node.Status.VotedFor);
    }

    [Theory] // this node's log ends with index 3 of term 2
    [InlineData(3, 2, true)]
    [InlineData(4, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(9, 1, false)]
    [InlineData(1, 3, true)]
    [InlineData(0, 0, false)]
    public void RequestVoteAsync_IsGrantedOnlyToAnUpToDateLog(long lastLogIndex, long lastLogTerm, bool granted)
    {
        LabNode node = _lab.Node(members: 3, configure: options => options.LeaderStickiness = false);
        node.AppendEntries(2, "n2", 0, 0, [Lab.Entry(1), Lab.Entry(1), Lab.Entry(2)]);

        Assert.Equal(new RequestVoteReply(4, granted), node.RequestVote(4, "n3", lastLogIndex, lastLogTerm));
    }

    [Fact]
    public void RequestVoteAsync_AfterARestart_RemembersTheVote()
    {
        LabNode node = _lab.Node(members: 3);
        node.RequestVote(1, "n2");

        SimulatedLogStore survived = node.Store.Crash();
        LabNode next = _lab.Node(members: 3, store: survived);

        Assert.Equal(new RequestVoteReply(1, false), next.RequestVote(1, "n3"));
        Assert.Equal(new RequestVoteReply(1, true), next.RequestVote(1, "n2"));
    }

    [Fact]
    public void RequestVoteAsync_WhileALeaderIsAlive_AnswersFalseWithTheCurrentTerm()
    {
        LabNode node = _lab.Node(members: 3);
        node.AppendEntries(3, "n2", 0, 0, []);

        Assert.Equal(new RequestVoteReply(3, false), node.RequestVote(9, "n3"));
        Assert.Equal((3L, new NodeId("n2")), (node.Status.Term, node.Status.Leader));

        _lab.World.RunFor(TimeSpan.FromSeconds(1)); // the shortest election timeout: the leader may be gone
        Assert.Equal(new RequestVoteReply(9, true), node.RequestVote(9, "n3"));
    }

    [Fact]
    public void RequestVoteAsync_OnARunningNode_AnswersTheCallerAndNotTheTransport()
    {
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        long sent = _lab.World.Network.Sent;

        Assert.True(node.RequestVote(5, "n2").VoteGranted);

        Assert.Equal(sent, _lab.World.Network.Sent);
    }

    [Fact]
    public void RequestVoteAsync_ManyAtOnce_GrantsExactlyOne()
    {
        LabNode node = _lab.Node(members: 5);

        Task<RequestVoteReply>[] requests =
        [
            .. Enumerable.Range(2, 4).Select(number =>
                node.Raft.RequestVoteAsync(1, $"n{number}", 0, 0, TestContext.Current.CancellationToken).AsTask()),
        ];
        _lab.World.RunUntil(() => requests.All(request => request.IsCompleted));

        Assert.Single(requests, request => request.Result.VoteGranted);
        node.AssertNoCallerWaits();
    }
}
