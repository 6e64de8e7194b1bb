using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Reads;

/// <summary>Reads on a node that does not lead: it asks the leader for the index (dissertation, section 6.4).</summary>
public sealed class FollowerReadTests
{
    [Fact]
    public void Follower_ReadsOfABatch_AskTheLeaderOnce()
    {
        ModuleCluster cluster = Led();

        cluster["n2"].Batch(static module => { module.RequestRead(); module.RequestRead(); });
        Assert.Single(cluster.InFlight.OfType<ReadIndexRequestMessage>());
        cluster.DeliverAll();

        ReadIndexGrant grant = Assert.Single(cluster["n2"].ReadGrants);
        Assert.Equal((2, 1), (grant.Through, grant.Index));
    }

    [Fact]
    public void Follower_KnowsNoLeader_AsksTheNextOne()
    {
        ModuleCluster cluster = new(3);
        cluster["n2"].Batch(static module => module.RequestRead());
        Assert.Empty(cluster.InFlight);

        cluster.Elect("n1");

        Assert.Single(cluster["n2"].ReadGrants);
    }

    [Fact]
    public void Follower_ReadsWhileItsRequestIsUnanswered_WaitForTheNextOne()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        Ask(cluster, "n2");
        Assert.Single(cluster.InFlight.OfType<ReadIndexRequestMessage>());

        cluster.DeliverAll();

        Assert.Equal([1, 2], cluster["n2"].ReadGrants.Select(static grant => grant.Through));
        Assert.Equal(2, cluster.Delivered.OfType<ReadIndexRequestMessage>().Count());
    }

    [Fact]
    public void Follower_ItsRequestIsLost_AsksAgainAndCountsFromTheFirst()
    {
        ModuleCluster cluster = Led();
        TimeSpan first = cluster.Clock.Now;
        Ask(cluster, "n2");
        ReadIndexRequestMessage lost = Assert.Single(cluster.Take<ReadIndexRequestMessage>());

        Assert.Equal(first + Settings.Plain.HeartbeatInterval, cluster["n2"].Module.NextDeadline);
        cluster["n2"].AdvanceToDeadline();
        ReadIndexRequestMessage repeated = Assert.Single(cluster.InFlight.OfType<ReadIndexRequestMessage>());
        cluster.DeliverAll();

        Assert.Equal((lost.Correlation, lost.Moment), (repeated.Correlation, repeated.Moment));
        Assert.Equal(first, Assert.Single(cluster["n2"].ReadGrants).RequestedAt);
    }

    [Fact]
    public void Follower_TheLeaderChanges_StartsOver()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        ReadIndexReplyMessage late = Reply(Assert.Single(cluster.Take<ReadIndexRequestMessage>()));

        cluster.Isolate("n1");
        cluster.Elect("n3");

        ReadIndexGrant grant = Assert.Single(cluster["n2"].ReadGrants);
        Assert.Equal((1, 2), (grant.Through, grant.Index));
        Assert.Equal(late.Correlation + 1, cluster.Delivered.OfType<ReadIndexRequestMessage>().Last().Correlation);

        Ask(cluster, "n2");
        cluster["n2"].Receive(late);
        Assert.Single(cluster["n2"].ReadGrants);
    }

    [Fact]
    public void Follower_AReplyToAnEarlierRequest_IsDropped()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        cluster.DeliverAll();
        cluster["n2"].ReadGrants.Clear();
        ReadIndexReplyMessage earlier = cluster.Delivered.OfType<ReadIndexReplyMessage>().Last();
        Ask(cluster, "n2");

        cluster["n2"].Receive(earlier);

        Assert.Empty(cluster["n2"].ReadGrants);
    }

    /// <summary>Its log is volatile, so its numbers start again with the seed, but its process and its clock are the same.</summary>
    [Fact]
    public void Follower_AReplyFromBeforeItsRestart_IsDropped()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        cluster.DeliverAll();
        ReadIndexReplyMessage earlier = cluster.Delivered.OfType<ReadIndexReplyMessage>().Last();
        cluster["n2"].CrashAndRestart();
        cluster["n2"].ReadGrants.Clear();
        cluster.Heartbeat("n1");
        Ask(cluster, "n2");
        ReadIndexRequestMessage request = Assert.Single(cluster.Take<ReadIndexRequestMessage>());
        Assert.Equal(earlier.Correlation, request.Correlation);

        cluster["n2"].Receive(earlier);

        Assert.Empty(cluster["n2"].ReadGrants);
    }

    /// <summary>Each process takes the same time to its first request, and the leader answers the one of the first process late.</summary>
    [Theory]
    [InlineData(1, false)] // the seed is configured, and the log is durable
    [InlineData(2, true)] // the seed is random
    public void Follower_AReplyToAnEarlierProcess_IsDropped(ulong nextSeed, bool isVolatile)
    {
        ModuleCluster cluster = Led();
        TestNode n2 = cluster["n2"];
        ReadIndexRequestMessage earlier = FirstRequestOfAProcess(cluster, seed: 1, opening: 1, isVolatile);
        cluster.Propose("n1"); // the earlier process cannot know it

        ReadIndexRequestMessage request = FirstRequestOfAProcess(cluster, nextSeed, opening: 2, isVolatile);
        Assert.Equal(earlier.Moment, request.Moment);
        n2.ReadGrants.Clear();
        n2.Receive(Reply(earlier));
        Assert.Empty(n2.ReadGrants);

        n2.Receive(Reply(request));
        Assert.Single(n2.ReadGrants);
    }

    [Fact]
    public void Follower_AReplyOfANodeThatDoesNotLead_IsDropped()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        ReadIndexReplyMessage reply = Reply(Assert.Single(cluster.Take<ReadIndexRequestMessage>()));

        cluster["n2"].Receive(reply with { From = "n3" });
        Assert.Empty(cluster["n2"].ReadGrants);

        cluster["n2"].Receive(reply);
        Assert.Single(cluster["n2"].ReadGrants);
    }

    /// <summary>The leader was cut off: its majority has elected another one, and it must not answer.</summary>
    [Fact]
    public void Follower_AsksALeaderThatWasReplaced_GetsNoAnswerFromIt()
    {
        ModuleCluster cluster = new(5);
        cluster.Elect("n1");
        cluster.Cut("n1", "n3", "n4", "n5");
        cluster.Cut("n2", "n3", "n4", "n5");
        cluster.Elect("n3");
        cluster.Propose("n3");

        Ask(cluster, "n2");
        Ask(cluster, "n1");
        cluster.DeliverAll();
        cluster.Heartbeat("n1");
        Assert.Empty(cluster["n1"].ReadGrants);
        Assert.Empty(cluster["n2"].ReadGrants);

        cluster.Heal();
        cluster.Heartbeat("n3");
        cluster.Heartbeat("n3");
        Assert.Equal([3], cluster["n1"].ReadGrants.Select(static grant => grant.Index));
        Assert.Equal([3], cluster["n2"].ReadGrants.Select(static grant => grant.Index));
    }

    [Fact]
    public void Follower_BecomesTheLeader_AnswersItsReadsItself()
    {
        ModuleCluster cluster = Led();
        Ask(cluster, "n2");
        cluster.Take<ReadIndexRequestMessage>();

        cluster.Isolate("n1");
        while (cluster["n2"].Module.Role == RaftRole.Follower)
        {
            cluster["n2"].AdvanceToDeadline(); // its next deadlines are repetitions of the request
        }

        cluster.DeliverAll();

        Assert.Equal((1, 2), (Assert.Single(cluster["n2"].ReadGrants).Through, cluster["n2"].ReadGrants[0].Index));
    }

    [Fact]
    public void Learner_Reads_AsksTheLeaderUntilItAnswers()
    {
        TestDisk disk = new();
        ClusterConfiguration configuration = new(["n2", "n3"], learners: ["n1"]);
        LogEntry entry = new(1, EntryKind.Configuration, ConfigurationEncoding.Encode(configuration), DateTimeOffset.UnixEpoch);
        disk.Preset(new HardState(1, null), [entry]);
        SingleModule n1 = new(Settings.Plain.For("n1", Settings.Ids(3)), disk);
        n1.Deliver(Make.Append("n2", 1, 1, 1, commit: 1));
        Assert.Equal((RaftRole.Learner, null), (n1.Module.Role, n1.Module.NextDeadline));

        n1.Node.Batch(static module => module.RequestRead());
        ReadIndexRequestMessage request = Assert.Single(n1.TakeSent<ReadIndexRequestMessage>());
        Assert.Equal(n1.Clock.Now + Settings.Plain.HeartbeatInterval, n1.Module.NextDeadline);
        n1.Node.AdvanceToDeadline();
        Assert.Equal(request.Correlation, Assert.Single(n1.TakeSent<ReadIndexRequestMessage>()).Correlation);
        n1.Deliver(Reply(request));

        Assert.Equal((1, 1), (Assert.Single(n1.Node.ReadGrants).Through, n1.Node.ReadGrants[0].Index));
        Assert.Null(n1.Module.NextDeadline);
    }

    private static ModuleCluster Led()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Heartbeat("n1");
        return cluster;
    }

    /// <summary>n2 starts in a new process, receives a heartbeat, and asks. The request is lost.</summary>
    private static ReadIndexRequestMessage FirstRequestOfAProcess(ModuleCluster cluster, ulong seed, long opening, bool isVolatile)
    {
        TestNode n2 = cluster["n2"];
        n2.Options = (Settings.Plain with { Seed = seed }).For("n2", Settings.Ids(3));
        n2.Disk.Store = isVolatile ? null : new StoreIdentity(Guid.Empty, opening);
        n2.CrashAndRestart(new TestClock());
        cluster.Heartbeat("n1");
        Ask(cluster, "n2");
        return Assert.Single(cluster.Take<ReadIndexRequestMessage>());
    }

    private static void Ask(ModuleCluster cluster, NodeId node) => cluster[node].Batch(static module => module.RequestRead());

    private static ReadIndexReplyMessage Reply(ReadIndexRequestMessage request) => new()
    {
        From = request.To,
        To = request.From,
        Origin = Make.Origin,
        Term = request.Term,
        Correlation = request.Correlation,
        Moment = request.Moment,
        ReadIndex = 1,
    };
}
