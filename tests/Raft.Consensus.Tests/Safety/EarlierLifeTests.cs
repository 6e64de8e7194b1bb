using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Safety;

/// <summary>Requests of a node's earlier run that arrive late, and the answers that they get.</summary>
public sealed class EarlierLifeTests
{
    [Fact]
    public void Leader_RejectionOfARequestOfItsEarlierLife_KeepsMatch()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        for (int i = 0; i < 5; i++)
        {
            cluster.Propose("n1");
        }

        AppendEntriesMessage late = null!;
        for (int i = 0; i < 12; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromMilliseconds(200));
            cluster["n1"].AdvanceTime();
            late = cluster.Take<AppendEntriesMessage>(message => message.To == "n2").Last();
            cluster.DeliverAll();
        }

        cluster["n1"].CrashAndRestart();
        cluster.Elect("n1");
        for (int i = 0; i < 60; i++)
        {
            cluster.Heartbeat("n1"); // were numbers to start again, one of these would have the late one's
        }

        int before = cluster.Delivered.Count;
        cluster.Deliver(late);
        cluster.DeliverAll();

        Assert.All(
            cluster.Delivered.Skip(before).OfType<AppendEntriesMessage>().Where(message => message.Term == 2),
            message => Assert.Equal(0, message.Entries.Length));
    }

    [Fact]
    public void Candidate_LateRefusalOfItsEarlierLife_DoesNotReplaceAGrant()
    {
        ModuleCluster cluster = new(3);
        cluster.TimeOut("n1");
        RequestVoteMessage earlier = cluster.Take<RequestVoteMessage>(message => message.To == "n2").Single();
        cluster.InFlight.Clear();
        cluster["n1"].CrashAndRestart();
        cluster.TimeOut("n1");
        cluster.InFlight.RemoveAll(message => message.To == "n3");
        RequestVoteMessage later = cluster.Take<RequestVoteMessage>(message => message.To == "n2").Single();
        cluster.Deliver(later);
        RequestVoteReplyMessage grant = cluster.Take<RequestVoteReplyMessage>().Single();
        cluster.Deliver(earlier);
        RequestVoteReplyMessage refusal = cluster.Take<RequestVoteReplyMessage>().Single();
        Assert.Equal((true, false), (grant.VoteGranted, refusal.VoteGranted));

        cluster.Deliver(refusal);
        cluster.Deliver(grant);

        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);
    }
}
