using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Reads;

/// <summary>Whose answers confirm a leader for reads (dissertation, section 6.4): a majority of the voters, or of both sets (section 6).</summary>
public sealed class ReadQuorumTests
{
    [Fact]
    public void Leader_OnlyLearnersAnswer_DoesNotGrant()
    {
        SingleModule n1 = Led(new ClusterConfiguration(["n1", "n2", "n3"], learners: ["n4", "n5"]));

        AppendEntriesMessage[] round = LeaderReadTests.Read(n1);
        Assert.Equal(["n2", "n3"], round.Select(static heartbeat => heartbeat.To.Value));

        AnswerAs(n1, round[0], "n4", "n5");
        Assert.Empty(n1.Node.ReadGrants);

        AnswerAs(n1, round[0], "n3");
        Assert.Single(n1.Node.ReadGrants);
    }

    [Fact]
    public void Leader_ALearnerAsks_IsAnsweredAndToldWhatIsCommitted()
    {
        SingleModule n1 = Led(new ClusterConfiguration(["n1", "n2", "n3"], learners: ["n4"]));

        RaftMessage[] entries = n1.InOneBatch(() => n1.Module.Propose(default, default, out _));
        n1.Deliver(Make.Accept(entries.OfType<AppendEntriesMessage>().First(static message => message.To == "n2")));
        Assert.Equal(3, n1.Module.CommitIndex); // n4 has not acknowledged it, so it is not told yet

        AppendEntriesMessage[] round = [.. n1.Deliver(LeaderReadTests.Request("n4", 7, term: 2)).OfType<AppendEntriesMessage>()];
        RaftMessage[] sent = n1.Deliver(Make.Accept(round.First(static message => message.To == "n2")));

        ReadIndexReplyMessage reply = Assert.Single(sent.OfType<ReadIndexReplyMessage>());
        Assert.Equal(("n4", 3), (reply.To.Value, reply.ReadIndex));
        AppendEntriesMessage told = Assert.Single(sent.OfType<AppendEntriesMessage>(), static message => message.To == "n4");
        Assert.Equal(3, told.LeaderCommit);
    }

    [Fact]
    public void Leader_JointConfiguration_NeedsBothMajorities()
    {
        SingleModule n1 = Led(new ClusterConfiguration(["n1", "n2", "n3"], ["n4", "n5", "n6"]));

        AppendEntriesMessage heartbeat = LeaderReadTests.Read(n1)[0];
        AnswerAs(n1, heartbeat, "n2", "n3", "n4");
        Assert.Empty(n1.Node.ReadGrants);

        AnswerAs(n1, heartbeat, "n5");
        Assert.Single(n1.Node.ReadGrants);
    }

    [Fact]
    public void Leader_OutgoingVoter_CountsItselfInItsOwnSetOnly()
    {
        SingleModule n1 = Led(new ClusterConfiguration(["n2", "n3"], ["n1"]));

        AppendEntriesMessage heartbeat = LeaderReadTests.Read(n1)[0];
        AnswerAs(n1, heartbeat, "n2");
        Assert.Empty(n1.Node.ReadGrants);

        AnswerAs(n1, heartbeat, "n3");
        Assert.Single(n1.Node.ReadGrants);
    }

    private static void AnswerAs(SingleModule n1, AppendEntriesMessage heartbeat, params string[] nodes)
    {
        foreach (string node in nodes)
        {
            n1.Deliver(Make.Accept(heartbeat) with { From = node });
        }
    }

    /// <summary>A leader of term 1 with this configuration, whose no-op is committed.</summary>
    private static SingleModule Led(ClusterConfiguration configuration)
    {
        TestDisk disk = new();
        ConsensusOptions options = Settings.Plain.For("n1", Settings.Ids(3));
        LogEntry entry = new(1, EntryKind.Configuration, ConfigurationEncoding.Encode(configuration), DateTimeOffset.UnixEpoch);
        disk.Preset(new HardState(1, null), [entry]);
        SingleModule n1 = new(options, disk);
        n1.Lead();
        foreach (AppendEntriesMessage request in n1.TakeSent<AppendEntriesMessage>())
        {
            n1.Node.Receive(Make.Accept(request, lastIndex: 2));
        }

        n1.Pass(Settings.Plain.HeartbeatInterval);
        Assert.Equal(2, n1.Module.CommitIndex);
        return n1;
    }
}
