using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>Admission: a message of another identity changes nothing, and both sides get to know of it.</summary>
public sealed class IdentityTests
{
    private const long LaterTerm = 1_000;

    public static TheoryData<int> MessageTypes => [.. Enumerable.Range(0, Identities.OneOfEach("n2", 1).Length)];

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Follower_MessageOfAnotherIdentity_ChangesNothing(int type)
    {
        SingleModule n1 = Identities.Member(term: 3, log: Make.Entries(1, 2));
        n1.Deliver(Make.Append("n3", 3, 2, 2, 1).Of(Identities.Ours));
        n1.Clock.Advance(TimeSpan.FromMilliseconds(400));
        n1.Node.AdvanceTime();

        AssertUnchangedBy(n1, Identities.OneOfEach("n2", LaterTerm)[type].Of(Identities.Foreign));
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Candidate_MessageOfAnotherIdentity_ChangesNothing(int type)
    {
        SingleModule n1 = Identities.Member();
        RequestVoteMessage request = n1.TimeOut()[0];

        RaftMessage message = Identities.OneOfEach("n2", n1.Module.Term)[type] with { Correlation = request.Correlation };
        AssertUnchangedBy(n1, message.Of(Identities.Foreign));
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Leader_MessageOfAnotherIdentity_ChangesNothing(int type)
    {
        SingleModule n1 = Leader();
        AppendEntriesMessage request = n1.TakeSent<AppendEntriesMessage>()[0];

        RaftMessage message = Identities.OneOfEach("n2", n1.Module.Term)[type] with { Correlation = request.Correlation };
        AssertUnchangedBy(n1, message.Of(Identities.Foreign));
        Assert.Equal(0, n1.Module.Followers[0].Match);
    }

    /// <summary>A cluster that recovered from the loss of a majority has another generation: nobody of the old one talks into it.</summary>
    [Fact]
    public void Follower_MessageOfAnotherGeneration_IsRefused()
    {
        SingleModule n1 = Identities.Member();

        AssertUnchangedBy(n1, Make.Append("n2", 5, 0, 0, 0, 5).Of(Identities.Ours with { Generation = 1 }));
    }

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Member_MessageOfAnotherIdentity_RefusesRequestsOnly(int type)
    {
        SingleModule n1 = Identities.Member();
        RaftMessage message = Identities.OneOfEach("n2", 4)[type].Of(Identities.Foreign) with { Correlation = 77 };

        RaftMessage[] sent = n1.Deliver(message);

        if (message is RequestVoteMessage or AppendEntriesMessage or InstallSnapshotMessage or TimeoutNowMessage)
        {
            IdentityRefusalMessage refusal = Assert.IsType<IdentityRefusalMessage>(Assert.Single(sent));
            Assert.Equal(("n2", 77L, Identities.Ours), (refusal.To, refusal.Correlation, refusal.Origin.Identity));
            Assert.Equal(Settings.Ids(3), refusal.FirstMembers);
        }
        else
        {
            Assert.Empty(sent);
        }
    }

    [Fact]
    public void Member_RequestOfAnotherIdentity_ReportsTheSendersFirstMembers()
    {
        SingleModule n1 = Identities.Member();
        NodeSet theirs = new(["n1", "n2"]);

        n1.Deliver((RaftMessage)(Make.RequestVote("n2", 4, 0, 0) with { FirstMembers = theirs }).Of(Identities.Foreign));
        n1.Deliver(Refusal(Identities.Foreign, theirs));

        ForeignIdentityNotice[] notices = [.. n1.TakeNotices().Cast<ForeignIdentityNotice>()];
        Assert.Equal(2, notices.Length);
        Assert.All(notices, notice => Assert.Equal(("n2", Identities.Foreign), (notice.Sender, notice.Origin.Identity)));
        Assert.All(notices, notice => Assert.Equal(theirs, notice.FirstMembers));
    }

    /// <summary>A refusal that arrives late may be about an identity that this node no longer has. Its sender is of this cluster.</summary>
    [Fact]
    public void Member_RefusalOfItsOwnIdentity_IsIgnored()
    {
        SingleModule n1 = Identities.Member();

        RaftMessage[] sent = n1.Deliver(Refusal(Identities.Ours, NodeSet.Empty));

        Assert.Empty(sent);
        Assert.Empty(n1.TakeNotices());
        Assert.Equal((0, 1), (n1.Module.Term, n1.Module.IgnoredMessages));
    }

    /// <summary>Clusters of other names share networks; that is nobody's mistake.</summary>
    [Fact]
    public void Member_MessageOfAnotherClusterName_IsIgnoredWithoutAWord()
    {
        SingleModule n1 = Identities.Member();
        foreach (RaftMessage message in Identities.OneOfEach("n2", 4))
        {
            Assert.Empty(n1.Deliver(message with { Origin = new MessageOrigin("other", Identities.Foreign) }));
        }

        Assert.Empty(n1.TakeNotices());
        Assert.Equal(0, n1.Module.Term);
    }

    [Fact]
    public void Members_WithOtherFirstMembers_ExchangeOneRefusalPerRequest()
    {
        SingleModule n1 = Identities.Member();
        RequestVoteMessage request = n1.TimeOut().First(message => message.To == "n2");
        SingleModule n2 = new(Settings.Plain.For("n2", ["n2", "n9"]), DiskOf(Identities.Foreign));

        RaftMessage refusal = Assert.Single(n2.Deliver((RaftMessage)request));
        Assert.Equal(0, n2.Module.Term);
        Assert.Empty(n1.Deliver(refusal));

        ForeignIdentityNotice notice = Assert.IsType<ForeignIdentityNotice>(Assert.Single(n1.TakeNotices()));
        Assert.Equal(["n2", "n9"], notice.FirstMembers.Select(static id => id.Value));
        Assert.Equal(Settings.Ids(3), Assert.IsType<ForeignIdentityNotice>(Assert.Single(n2.TakeNotices())).FirstMembers);
        Assert.Equal(RaftRole.Candidate, n1.Module.Role);
    }

    [Fact]
    public void VoteRequest_FromAnEmptyLog_NamesFirstMembers()
    {
        Assert.All(Identities.Member().TimeOut(), static request => Assert.Equal(Settings.Ids(3), request.FirstMembers));
        Assert.All(Identities.Member(term: 1, log: Make.Entries(1)).TimeOut(), static request => Assert.Empty(request.FirstMembers));
    }

    /// <summary>The application calls a handler: it is part of the process, and of the cluster.</summary>
    [Fact]
    public void HandlerCall_WithoutIdentity_CountsAsTheSameCluster()
    {
        SingleModule n1 = Identities.Member();

        Assert.True(n1.Deliver(Make.Append("n2", 2, 0, 0, 0, 2) with { Correlation = -1 }).Success);
        Assert.True(n1.Deliver(Make.RequestVote("n3", 3, 1, 2) with { Correlation = -2 }).VoteGranted);
        Assert.Equal((3, 1), (n1.Module.Term, n1.Module.LastIndex));
        Assert.Empty(n1.TakeNotices());
    }

    /// <summary>A node that says nothing about its cluster is not part of this one. It is not a mistake in the setup either.</summary>
    [Fact]
    public void Member_MessageWithoutIdentity_IsIgnoredWithoutAWord()
    {
        SingleModule n1 = Identities.Member();
        foreach (RaftMessage message in Identities.OneOfEach("n2", 4))
        {
            Assert.Empty(n1.Deliver(message));
        }

        Assert.Empty(n1.TakeNotices());
        Assert.Equal((0, 0), (n1.Module.Term, n1.Module.LastIndex));
    }

    [Fact]
    public void NodeWithoutIdentity_MessageOfAnIdentity_IsRefused()
    {
        SingleModule n1 = new();

        Assert.IsType<IdentityRefusalMessage>(Assert.Single(n1.Deliver((RaftMessage)Make.RequestVote("n2", 4, 0, 0).Of(Identities.Ours))));
        Assert.Equal(0, n1.Module.Term);
    }

    [Fact]
    public void Messages_OfAMember_CarryItsIdentityAndStore()
    {
        StoreIdentity store = new(Guid.NewGuid(), 4);
        SingleModule n1 = Identities.Member(store: store);

        Assert.All(n1.TimeOut(), request => Assert.Equal((Identities.Ours, store), (request.Origin.Identity, request.Origin.Store)));
    }

    [Fact]
    public void Member_OptionsThatDiffer_AreReported()
    {
        TestDisk disk = DiskOf(Identities.Ours);
        ConsensusOptions options = new()
        {
            NodeId = "n1",
            InitialConfiguration = new ClusterConfiguration(["n1", "n2"]),
            OptionsDigest = 5,
        };
        SingleModule n1 = new(options, disk);
        foreach (ulong digest in new ulong[] { 0, 5, 6 })
        {
            n1.Deliver((RaftMessage)(Make.Append("n2", 1, 0, 0, 0) with
            {
                Origin = new MessageOrigin("raft", Identities.Ours, Store: null, digest),
            }));
        }

        Assert.Equal("n2", Assert.IsType<OptionsDifferNotice>(Assert.Single(n1.TakeNotices())).Member.Value);
    }

    private static void AssertUnchangedBy(SingleModule n1, RaftMessage message)
    {
        ConsensusModule module = n1.Module;
        object[] before = StateOf(n1);
        long ignored = module.IgnoredMessages;

        n1.Node.Receive(message);

        Assert.Equal(before, StateOf(n1));
        Assert.Equal(ignored + 1, module.IgnoredMessages);
        Assert.IsType<ForeignIdentityNotice>(Assert.Single(n1.TakeNotices()));
    }

    private static object[] StateOf(SingleModule n1)
    {
        ConsensusModule module = n1.Module;
        return
        [
            module.Term, module.VotedFor ?? "nobody", module.Role, module.Leader ?? "nobody", module.CommitIndex, module.LastIndex,
            module.LastTerm, module.ReachableMembers, module.NextDeadline ?? default, module.Origin, n1.Disk.WriteCount, n1.Disk.HardState,
            n1.Node.ReceivedChunks.Count, n1.Node.Restored.Count,
        ];
    }

    private static IdentityRefusalMessage Refusal(ClusterIdentity identity, IReadOnlyList<NodeId> firstMembers) => new()
    {
        From = "n2",
        To = "n1",
        Origin = new MessageOrigin(Make.ClusterId, identity),
        Term = LaterTerm,
        FirstMembers = firstMembers,
    };

    private static SingleModule Leader()
    {
        SingleModule n1 = Identities.Member();
        RequestVoteMessage request = n1.TimeOut()[0];
        n1.Node.Receive(Make.Vote(request, granted: true).Of(Identities.Ours));
        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        return n1;
    }

    private static TestDisk DiskOf(ClusterIdentity identity)
    {
        TestDisk disk = new();
        disk.Preset(new HardState(0, null) { Identity = identity }, []);
        return disk;
    }
}
