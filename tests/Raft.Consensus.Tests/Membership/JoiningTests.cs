using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>A node that joins has lost what it once acknowledged, perhaps: until it has it again, it has no vote.</summary>
public sealed class JoiningTests
{
    private static readonly LogEntry Listing = Make.Configuration(1, "n1", "n2", "n3");

    private static readonly LogEntry NotListing = Make.Configuration(1, "n2", "n3", "n4");

    [Fact]
    public void WaitingNode_FirstLeader_GivesItsIdentity()
    {
        SingleModule n1 = Identities.Joining();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, 8, 2, 7).Of(Identities.Ours));

        Assert.Equal((Identities.Ours, 7), (n1.Module.Origin.Identity, n1.Module.Join?.CommitIndex));
        Assert.Equal((Identities.Ours, 7), (n1.Disk.HardState.Identity, n1.Disk.HardState.Join?.CommitIndex));
        Assert.Equal(Identities.Ours, reply.Origin.Identity);
    }

    [Fact]
    public void WaitingNode_FirstLeaderSendsASnapshot_GivesItsIdentity()
    {
        SingleModule n1 = Identities.Joining();
        TestSnapshot snapshot = new(10, 1, [1, 2]);

        n1.Deliver((Make.Install("n2", 3, snapshot, length: 1) with { LeaderCommit = 12 }).Of(Identities.Ours));

        Assert.Equal((Identities.Ours, 12), (n1.Disk.HardState.Identity, n1.Disk.HardState.Join?.CommitIndex));
    }

    /// <summary>Before the identity is durable, nothing may be acknowledged: after a crash, the node could join another cluster.</summary>
    [Fact]
    public void WaitingNode_IdentityIsNotDurable_AcknowledgesNothing()
    {
        SingleModule n1 = Identities.Joining();
        n1.Disk.Hold();

        Assert.Empty(n1.Deliver((RaftMessage)Make.Append("n2", 3, 0, 0, 0).Of(Identities.Ours)));
        Assert.Empty(n1.Deliver((RaftMessage)Identities.Append("n2", 3, 0, Listing)));

        n1.Disk.Release();
        Assert.Equal(2, n1.TakeSent<AppendEntriesReplyMessage>().Length);
    }

    /// <summary>Only a leader has won the votes of a majority; anybody may campaign, also a node that was set up wrongly.</summary>
    [Fact]
    public void WaitingNode_EverybodyButALeader_IsIgnored()
    {
        SingleModule n1 = Identities.Joining();
        IEnumerable<RaftMessage> others = Identities.OneOfEach("n2", 4)
            .Where(static message => message is not (AppendEntriesMessage or InstallSnapshotMessage));
        foreach (RaftMessage message in others)
        {
            Assert.Empty(n1.Deliver(message.Of(Identities.Foreign)));
            Assert.Empty(n1.Deliver(message)); // of a node that waits as well
        }

        Assert.Equal((0, null, null), (n1.Module.Term, n1.Module.Origin.Identity, n1.Module.Join!.CommitIndex));
        Assert.Empty(n1.TakeNotices());
    }

    [Fact]
    public void WaitingNode_LeaderWithoutIdentityOrOfAnotherName_IsIgnored()
    {
        SingleModule n1 = Identities.Joining();
        AppendEntriesMessage append = Make.Append("n2", 4, 0, 0, 0, 4);

        Assert.Empty(n1.Deliver((RaftMessage)append));
        Assert.Empty(n1.Deliver((RaftMessage)(append with { Origin = new MessageOrigin("other", Identities.Ours) })));
        Assert.Empty(n1.Deliver((RaftMessage)(append with { Origin = new MessageOrigin("raft", Identities.Ours), PrevLogIndex = -1 })));

        Assert.Equal((0, 0, null), (n1.Module.Term, n1.Module.LastIndex, n1.Module.Origin.Identity));
    }

    [Fact]
    public void JoiningNode_LeaderOfAnotherIdentityLater_IsRefused()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Identities.Append("n2", 1, 5, NotListing));

        RaftMessage[] sent = n1.Deliver((RaftMessage)Make.Append("n3", 9, 0, 0, 0, 9).Of(Identities.Foreign));

        Assert.IsType<IdentityRefusalMessage>(Assert.Single(sent));
        Assert.Equal((Identities.Ours, 1, 5), (n1.Module.Origin.Identity, n1.Module.Term, n1.Module.Join?.CommitIndex));
    }

    /// <summary>
    /// The first message may have been under way since before the store was lost, and name less than what the store had acknowledged.
    /// </summary>
    [Fact]
    public void JoiningNode_EmptyLogAndALeaderThatNamesMore_MovesTheGoal()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Make.Append("n2", 1, 9, 1, 5).Of(Identities.Ours));
        n1.Deliver(Make.Append("n2", 1, 9, 1, 8).Of(Identities.Ours));
        n1.Node.CrashAndRestart();
        n1.Deliver(Make.Append("n3", 2, 9, 1, 2).Of(Identities.Ours));

        Assert.Equal((Identities.Ours, 8), (n1.Disk.HardState.Identity, n1.Disk.HardState.Join?.CommitIndex));
    }

    /// <summary>Under load a leader names more with every message, and a goal that moves on might never be reached.</summary>
    [Fact]
    public void JoiningNode_LogIsNotEmpty_KeepsTheGoal()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Make.Append("n2", 1, 9, 1, 5).Of(Identities.Ours));
        n1.Deliver(Identities.Append("n2", 1, 0, Listing));

        n1.Deliver(Make.Append("n2", 1, 1, 1, 8).Of(Identities.Ours));

        Assert.Equal(5, n1.Module.Join?.CommitIndex);
    }

    [Fact]
    public void JoiningNode_VoteAndPreVote_AreNotGranted()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Identities.Append("n2", 1, 5, Listing));

        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 9, 1, isPreVote: true).Of(Identities.Ours)).VoteGranted);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 9, 1).Of(Identities.Ours)).VoteGranted);
        Assert.False(n1.Deliver((Make.RequestVote("n3", 3, 9, 1) with { IsTransfer = true }).Of(Identities.Ours)).VoteGranted);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 4, 9, 1) with { Correlation = -1 }).VoteGranted);
        Assert.Null(n1.Module.VotedFor);
    }

    [Fact]
    public void JoiningNode_TimePasses_NeverCampaigns()
    {
        foreach (SingleModule n1 in new[] { Identities.Joining(), Identities.Joining(new JoinState(9), term: 4) })
        {
            n1.Node.Receive(Identities.Append("n2", 5, 5, Listing));
            Assert.NotNull(n1.Module.Join);
            Assert.Null(n1.Module.NextDeadline);

            Assert.Empty(n1.Jump(TimeSpan.FromDays(1)));
            Assert.Equal((RaftRole.Follower, 5), (n1.Module.Role, n1.Module.Term));
        }
    }

    [Fact]
    public void JoiningNode_ListedAndCaughtUp_VotesAndCampaigns()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Identities.Append("n2", 1, 2, Listing));
        Assert.NotNull(n1.Module.Join);

        n1.Deliver(Make.Append("n2", 1, 1, 1, 2, 1).Of(Identities.Ours));

        Assert.Null(n1.Module.Join);
        Assert.NotNull(n1.Module.NextDeadline);
        n1.Node.CompleteBatch();
        Assert.Null(n1.Disk.HardState.Join);
        Assert.True(n1.Deliver(Make.RequestVote("n3", 2, 2, 1).Of(Identities.Ours)).VoteGranted);
        Assert.Equal(2, n1.TimeOut().Length);
    }

    [Fact]
    public void JoiningNode_NotListed_KeepsJoining()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Identities.Append("n2", 1, 2, NotListing, Make.Entries(1)[0], Make.Entries(1)[0]));

        n1.Deliver(Make.Append("n2", 1, 3, 1, 3).Of(Identities.Ours));
        Assert.Equal((3, 2), (n1.Module.CommitIndex, n1.Module.Join?.CommitIndex));

        n1.Deliver((Make.Append("n2", 1, 3, 1, 4) with { Entries = new[] { Listing } }).Of(Identities.Ours));
        Assert.Null(n1.Module.Join);
    }

    /// <summary>A log without a configuration says nothing about this node, however long it is.</summary>
    [Fact]
    public void JoiningNode_LogWithoutConfiguration_KeepsJoining()
    {
        SingleModule n1 = Identities.Joining();

        n1.Deliver(Make.Append("n2", 1, 0, 0, 3, 1, 1, 1).Of(Identities.Ours));
        n1.Deliver(Make.Append("n2", 1, 3, 1, 3).Of(Identities.Ours));

        Assert.Equal((3, 3), (n1.Module.CommitIndex, n1.Module.Join?.CommitIndex));
    }

    [Fact]
    public void JoiningNode_CommittedButNotDurable_KeepsJoining()
    {
        SingleModule n1 = Identities.Joining(new JoinState(2));
        n1.Deliver(Identities.Append("n2", 1, 1, Listing));
        n1.Disk.Hold();
        n1.Deliver((RaftMessage)Make.Append("n2", 1, 1, 1, 2, 1).Of(Identities.Ours));
        Assert.Equal((2, 1, 2), (n1.Module.CommitIndex, n1.Module.DurableIndex, n1.Module.Join?.CommitIndex));

        n1.Disk.Complete(1);

        Assert.Null(n1.Module.Join);
    }

    /// <summary>
    /// In a cluster that had committed nothing, the configuration alone is the goal. One that a crash can still take away does not
    /// count: the node would vote without knowing whether it is a member.
    /// </summary>
    [Fact]
    public void JoiningNode_ConfigurationIsNotDurable_KeepsJoining()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 0).Of(Identities.Ours));
        n1.Disk.Hold();
        n1.Node.Receive(Make.RequestVote("n3", 2, 0, 0).Of(Identities.Ours)); // a write of its own, before that of the entry
        n1.Node.Receive(Identities.Append("n3", 2, 0, Listing));

        n1.Disk.Complete(1);
        Assert.NotNull(n1.Module.Join);

        n1.Disk.Complete(1);
        Assert.Null(n1.Module.Join);
    }

    [Fact]
    public void JoiningNode_StoredTerm_DoesNotEndIt()
    {
        SingleModule n1 = Identities.Joining();
        n1.Node.Receive(Identities.Append("n2", 7, 3, Listing));
        Assert.Equal(7, n1.Disk.HardState.Term);

        n1.Node.CrashAndRestart();

        Assert.NotNull(n1.Module.Join);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 8, 9, 9).Of(Identities.Ours)).VoteGranted);
        n1.Node.CrashAndRestart();
        Assert.Equal((8, 3), (n1.Module.Term, n1.Module.Join?.CommitIndex));
    }

    /// <summary>However many writes are durable when the node crashes: it has either all that it needs, or joins on.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JoiningNode_CrashAtEveryPoint_HasWhatItNeedsOrJoinsOn(bool withSnapshot)
    {
        for (int completed = 0; completed < 20; completed++)
        {
            SingleModule n1 = Identities.Joining();
            n1.Disk.Hold();
            NodeId leader = "n2";
            n1.Node.Receive(Make.Append(leader, 1, 6, 1, 6).Of(Identities.Ours));
            if (withSnapshot)
            {
                TestSnapshot snapshot = new(5, 1, [1, 2], configuration: new ClusterConfiguration(["n1", "n2"]).At(1));
                n1.Node.Receive(Make.Install(leader, 1, snapshot).Of(Identities.Ours));
            }
            else
            {
                n1.Node.Receive(Identities.Append(leader, 1, 5, [Listing, .. Make.Entries(1, 1, 1, 1)]));
            }

            n1.Node.Receive((Make.Append(leader, 1, 5, 1, 6) with { Entries = Make.Entries(1, 1) }).Of(Identities.Ours));
            for (int i = 0; i < completed; i++)
            {
                if (n1.Disk.Pending.Count == 0)
                {
                    n1.Node.CompleteBatch();
                }

                if (n1.Disk.Pending.Count > 0)
                {
                    n1.Disk.Complete(1);
                }
            }

            bool hadEnded = n1.Disk.HardState is { Join: null };
            n1.Node.CrashAndRestart();

            bool hasAll = n1.Module.DurableIndex >= 6 && n1.Module.CommitIndex >= 6;
            Assert.True(!hadEnded || hasAll, $"The join has ended after {completed} writes, with entries up to {n1.Module.DurableIndex}.");
            Assert.True(n1.Module.Join is not null || hasAll, $"It votes after {completed} writes.");
            Assert.True(n1.Module.Join is { CommitIndex: null or 6 } or null);
            Assert.Equal(n1.Module.Join is { CommitIndex: null }, n1.Module.Origin.Identity is null);
        }
    }

    /// <summary>The handlers are called by the process itself. They are not a leader's word on the cluster.</summary>
    [Fact]
    public void WaitingNode_HandlerCall_KeepsWaiting()
    {
        SingleModule n1 = Identities.Joining();

        Assert.True(n1.Deliver(Make.Append("n2", 1, 0, 0, 0, 1) with { Correlation = -1 }).Success);
        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 5, 5) with { Correlation = -2 }).VoteGranted);

        Assert.Equal((null, null), (n1.Module.Origin.Identity, n1.Module.Join!.CommitIndex));
    }
}
