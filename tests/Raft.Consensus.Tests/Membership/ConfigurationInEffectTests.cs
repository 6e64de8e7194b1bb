using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>Section 6: the latest configuration in the log is in effect, committed or not, and no longer once it is truncated.</summary>
public sealed class ConfigurationInEffectTests
{
    private static readonly LogEntry Three = Make.Configuration(1, "n1", "n2", "n3");

    [Fact]
    public void Follower_SeveralConfigurationsInOneMessage_FollowsTheLast()
    {
        SingleModule n1 = new();

        n1.Deliver(Append(1, 0, 0, Three, Make.Configuration(1, "n1", "n2"), Make.Configuration(1, "n1", "n5", "n6", "n7")));

        Assert.Equal(3, n1.Module.Configuration.Index);
        Assert.Equal([1, 2, 3], new long[] { 1, 2, 3 }.Select(index => n1.Module.ConfigurationAt(index).Index));
        Assert.Equal(["n5", "n6", "n7"], n1.TimeOut().Select(static request => request.To.Value));
    }

    [Fact]
    public void Follower_UncommittedConfigurationIsTruncated_ReturnsToTheOneBefore()
    {
        SingleModule n1 = new();
        n1.Deliver(Append(1, 0, 0, Three, Make.Configuration(1, "n1", "n4", "n5", "n6", "n7")));
        Assert.Equal(5, n1.Module.Configuration.Members.Count);

        n1.Deliver(Append(2, 1, 1, Make.Entries(2)[0]));

        Assert.Equal(1, n1.Module.Configuration.Index);
        Assert.Equal(["n2", "n3"], n1.TimeOut().Select(static request => request.To.Value));
    }

    /// <summary>Votes are counted by the configuration in the log: here, one grant of three others is no majority.</summary>
    [Fact]
    public void Candidate_ConfigurationOfTheLog_DecidesTheElection()
    {
        SingleModule n1 = Started(1, Make.Configuration(1, "n1", "n4", "n5", "n6"));
        RequestVoteMessage[] requests = n1.TimeOut();

        n1.Deliver(Make.Vote(requests[0], granted: true));
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
        n1.Deliver(Make.Vote(requests[0] with { To = "n2" }, granted: true)); // no voter of this configuration
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Deliver(Make.Vote(requests[1], granted: true));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
    }

    /// <summary>Joint consensus: a majority of each set of voters, for votes and for commitment.</summary>
    [Fact]
    public void Leader_JointConfiguration_NeedsBothMajorities()
    {
        SingleModule n1 = Started(1, Entry(new ClusterConfiguration(["n1", "n2", "n3"], ["n4", "n5", "n6"])));
        RequestVoteMessage[] requests = n1.TimeOut();
        foreach (RequestVoteMessage request in requests.Where(static request => request.To.Value is "n2" or "n3" or "n4"))
        {
            n1.Deliver(Make.Vote(request, granted: true));
            Assert.Equal(RaftRole.Candidate, n1.Module.Role);
        }

        n1.Node.Receive(Make.Vote(requests.Single(static request => request.To == "n5"), granted: true));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);

        AcceptFrom(n1, "n2", "n3", "n4");
        Assert.Equal(0, n1.Module.CommitIndex);
        AcceptFrom(n1, "n6");
        Assert.Equal(2, n1.Module.CommitIndex);
    }

    [Fact]
    public void Learner_TimePasses_NeverCampaigns()
    {
        SingleModule n1 = Started(1, Entry(new ClusterConfiguration(["n2", "n3"], learners: ["n1"])));

        Assert.Equal((RaftRole.Learner, null), (n1.Module.Role, n1.Module.NextDeadline));
        Assert.Empty(n1.Jump(TimeSpan.FromDays(1)));
        Assert.Equal((RaftRole.Learner, 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Learner_ConfigurationIsTruncated_IsAVoterAgain()
    {
        SingleModule n1 = new();
        n1.Deliver(Append(1, 0, 0, Three, Entry(new ClusterConfiguration(["n2", "n3"], learners: ["n1"]))));
        Assert.Equal(RaftRole.Learner, n1.Module.Role);

        n1.Deliver(Append(2, 1, 1, Make.Entries(2)[0]));

        Assert.Equal(RaftRole.Follower, n1.Module.Role);
        Assert.Equal(2, n1.TimeOut().Length);
    }

    [Fact]
    public void RemovedNode_TimePasses_NeverCampaigns()
    {
        SingleModule n1 = Started(1, Make.Configuration(1, "n2", "n3"));

        Assert.Equal((RaftRole.Follower, null), (n1.Module.Role, n1.Module.NextDeadline));
        Assert.Empty(n1.Jump(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Candidate_LearnersInTheConfiguration_AreNotAskedAndDoNotCount()
    {
        SingleModule n1 = Started(1, Entry(new ClusterConfiguration(["n1", "n2", "n3"], learners: ["n4", "n5"])));
        RequestVoteMessage[] requests = n1.TimeOut();
        Assert.Equal(["n2", "n3"], requests.Select(static request => request.To.Value));

        n1.Deliver(Make.Vote(requests[0] with { To = "n4" }, granted: true));

        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    [Fact]
    public void Leader_AcknowledgementsOfLearners_DoNotCount()
    {
        SingleModule n1 = Started(1, Entry(new ClusterConfiguration(["n1", "n2", "n3"], learners: ["n4", "n5"])));
        n1.Lead();

        AcceptFrom(n1, "n4", "n5");
        Assert.Equal(0, n1.Module.CommitIndex);
        AcceptFrom(n1, "n3");
        Assert.Equal(2, n1.Module.CommitIndex);
    }

    /// <summary>Check-quorum: learners that answer do not keep a leader in office.</summary>
    [Fact]
    public void Leader_HearsFromLearnersOnly_StepsDown()
    {
        TestDisk disk = new();
        disk.Preset(new HardState(1, null), [Entry(new ClusterConfiguration(["n1", "n2", "n3"], learners: ["n4", "n5"]))]);
        SingleModule n1 = new((Settings.Plain with { CheckQuorum = true }).For("n1", Settings.Ids(3)), disk);
        n1.Lead();

        for (int i = 0; i < 20 && n1.Module.Role == RaftRole.Leader; i++)
        {
            IEnumerable<AppendEntriesMessage> requests = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>();
            foreach (AppendEntriesMessage request in requests.Where(IsToLearner))
            {
                n1.Node.Receive(Make.Accept(request));
            }
        }

        Assert.Equal(RaftRole.Follower, n1.Module.Role);

        static bool IsToLearner(AppendEntriesMessage request) => request.To.Value is "n4" or "n5";
    }

    /// <summary>Section 6: a leader that is not in the configuration manages it, and does not count itself.</summary>
    [Fact]
    public void Leader_NotInTheConfiguration_DoesNotCountItself()
    {
        ClusterConfiguration configuration = new(["n2", "n3"]);
        MemberContact contact = new("n1");
        contact.OnLeading(TimeSpan.Zero);
        contact.OnHeard("n2", TimeSpan.FromSeconds(5));

        Assert.Equal(VoteOutcome.Pending, configuration.OutcomeOf(static voter => voter == "n1" || voter == "n2" ? true : null));
        Assert.Equal(3, configuration.LargestReached(static voter => voter == "n1" ? 9 : voter == "n2" ? 7 : 3));
        Assert.Equal(TimeSpan.Zero, contact.QuorumHeardAt(configuration, TimeSpan.FromSeconds(9)));
    }

    /// <summary>Whether to commit is asked of voters, and the leader here is only an outgoing one of one set.</summary>
    [Fact]
    public void Leader_OutgoingVoter_CountsItselfInItsOwnSetOnly()
    {
        SingleModule n1 = Started(1, Entry(new ClusterConfiguration(["n2", "n3"], ["n1"])));
        n1.Lead();
        Assert.Equal(0, n1.Module.CommitIndex);

        AcceptFrom(n1, "n2");
        Assert.Equal(0, n1.Module.CommitIndex);
        AcceptFrom(n1, "n3");
        Assert.Equal(2, n1.Module.CommitIndex);
    }

    /// <summary>A campaign among the voters of one configuration ends when a snapshot brings another.</summary>
    [Fact]
    public void Candidate_SnapshotBringsAnotherConfiguration_EndsItsCampaign()
    {
        SingleModule n1 = Started(1, Three);
        TestSnapshot snapshot = new(10, 1, [1], configuration: new ClusterConfiguration(["n2", "n3"], learners: ["n1"]).At(8));
        n1.Node.StoresChunks = false;
        n1.Node.Receive(Make.Install("n2", 1, snapshot));
        RequestVoteMessage[] requests = n1.TimeOut();
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);

        n1.Node.StoreChunk();
        n1.Deliver(Make.Vote(requests[0], granted: true));

        Assert.Equal((RaftRole.Learner, 8), (n1.Module.Role, n1.Module.Configuration.Index));
    }

    [Fact]
    public void InstalledSnapshot_WithAConfiguration_PutsItIntoEffect()
    {
        SingleModule n1 = new();
        n1.Deliver(Append(1, 0, 0, Make.Configuration(1, "n1", "n9")));
        TestSnapshot snapshot = new(10, 1, [1], configuration: new ClusterConfiguration(["n1", "n4", "n5"]).At(6));

        n1.Deliver(Make.Install("n2", 1, snapshot));
        Assert.Equal(snapshot.Configuration, n1.Module.Configuration);

        n1.Node.CrashAndRestart();
        Assert.Equal(snapshot.Configuration, n1.Module.Configuration);
    }

    [Fact]
    public void Recovery_ConfigurationThatItCannotRead_StopsWithTheReason()
    {
        byte[] required = [.. Three.Data.Span, 0x01, 0x80, 0, 0, 0, 0];

        UnsupportedEntryException error = Assert.Throws<UnsupportedEntryException>(() => Started(1, Three with { Data = required }));

        Assert.Contains("32769", error.Message, StringComparison.Ordinal);
    }

    private static LogEntry Entry(ClusterConfiguration configuration) =>
        new(1, EntryKind.Configuration, ConfigurationEncoding.Encode(configuration), DateTimeOffset.UnixEpoch);

    private static AppendEntriesMessage Append(long term, long prevIndex, long prevTerm, params LogEntry[] entries) =>
        Make.Append("n2", term, prevIndex, prevTerm, 0) with { Entries = entries };

    private static SingleModule Started(long term, params LogEntry[] log)
    {
        TestDisk disk = new();
        disk.Preset(new HardState(term, null), log);
        return new SingleModule(Settings.Plain.For("n1", Settings.Ids(3)), disk);
    }

    /// <summary>These followers have everything.</summary>
    private static void AcceptFrom(SingleModule n1, params NodeId[] followers)
    {
        foreach (NodeId follower in followers)
        {
            n1.Node.Receive(Make.Accept(new AppendEntriesMessage
            {
                From = "n1",
                To = follower,
                Origin = Make.Origin,
                Term = n1.Module.Term,
                PrevLogIndex = n1.Module.LastIndex,
                PrevLogTerm = n1.Module.LastTerm,
                Entries = default,
                LeaderCommit = 0,
            }));
        }
    }
}
