using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Section 5.1: a higher term in any message makes anyone a follower of it; a node votes once per term.</summary>
public sealed class TermTransitionTests
{
    [Fact]
    public void Leader_ThatSeesAHigherTermInAVoteRequest_StepsDown()
    {
        Lab lab = new();
        LabNode[] nodes = lab.Cluster(3, DoNotCling);
        LabNode leader = StartAndElect(lab, nodes);
        long term = leader.Status.Term + 5;

        RequestVoteReply reply = leader.RequestVote(term, "n9"); // its log is not up to date: no vote, but its term counts

        Assert.Equal(new RequestVoteReply(term, false), reply);
        Assert.Equal((RaftRole.Follower, term, null), (leader.Status.Role, leader.Status.Term, leader.Status.VotedFor));
    }

    [Fact]
    public void Leader_ThatSeesAHigherTermInAppendEntries_FollowsItsSender()
    {
        Lab lab = new();
        LabNode[] nodes = lab.Cluster(3);
        LabNode leader = StartAndElect(lab, nodes);
        string other = nodes.First(node => node != leader).Raft.Id.Value;
        long term = leader.Status.Term + 5;

        AppendEntriesReply reply = leader.AppendEntries(term, other, 0, 0, []);

        Assert.Equal(term, reply.Term);
        Assert.True(reply.Success);
        Assert.Equal((RaftRole.Follower, term, new NodeId(other)), (leader.Status.Role, leader.Status.Term, leader.Status.Leader));
    }

    [Fact]
    public void Leader_ThatSeesAHigherTermInAReply_StepsDown()
    {
        Lab lab = new();
        LabNode[] nodes = lab.Cluster(3);
        LabNode leader = StartAndElect(lab, nodes);
        LabNode follower = nodes.First(node => node != leader);
        long term = leader.Status.Term;

        follower.AppendEntries(term + 5, nodes.First(node => node != leader && node != follower).Raft.Id.Value, 0, 0, []);
        lab.World.RunUntil(() => leader.Status.Term >= term + 5);

        Assert.NotEqual(RaftRole.Leader, leader.Status.Role);
    }

    [Fact]
    public void Candidate_ThatMeetsALeaderOfItsTerm_FollowsAndKeepsItsVote()
    {
        Lab lab = new();
        LabNode node = lab.Node(members: 3, configure: options => options.PreVote = false);
        node.Run();
        lab.World.RunUntil(() => node.Status.Role == RaftRole.Candidate);
        long term = node.Status.Term;

        AppendEntriesReply heartbeat = node.AppendEntries(term, "n2", 0, 0, []);

        Assert.True(heartbeat.Success);
        Assert.Equal((RaftRole.Follower, term, new NodeId("n2")), (node.Status.Role, node.Status.Term, node.Status.Leader));
        Assert.Equal(new NodeId("n1"), node.Status.VotedFor);
        Assert.False(node.RequestVote(term, "n3").VoteGranted);
    }

    [Fact]
    public void Term_OverManyElections_NeverFallsOnAnyNode()
    {
        SimulatedCluster cluster = new(3, seed: 9);
        cluster.Start();
        Dictionary<NodeId, long> terms = cluster.NodeIds.ToDictionary(id => id, _ => 0L);
        for (int round = 0; round < 5; round++)
        {
            cluster.Restart(cluster.WaitForLeader());
            for (int i = 0; i < 50; i++)
            {
                cluster.World.RunFor(TimeSpan.FromMilliseconds(20));
                foreach (SimulatedNode node in cluster.Nodes.Where(node => node.Status.LastIndex > 0))
                {
                    Assert.True(node.Status.Term >= terms[node.Id], $"{node.Id} fell from term {terms[node.Id]} to {node.Status.Term}.");
                    terms[node.Id] = node.Status.Term;
                }
            }
        }

        Assert.All(terms.Values, term => Assert.True(term >= 5));
    }

    private static void DoNotCling(RaftNodeOptions options) => options.LeaderStickiness = false;

    private static LabNode StartAndElect(Lab lab, LabNode[] nodes)
    {
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        LabNode leader = lab.WaitForLeader(nodes);
        lab.World.RunUntil(() => nodes.All(node => node.Status.CommitIndex == leader.Status.LastIndex));
        return leader;
    }
}
