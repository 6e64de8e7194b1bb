using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>The first configuration in a log: who writes it, when, and what it contains.</summary>
public sealed class FirstConfigurationTests
{
    private static readonly Guid Store1 = new("00000000-0000-0000-0000-000000000001");

    private static readonly Guid Store2 = new("00000000-0000-0000-0000-000000000002");

    [Fact]
    public void Leader_EmptyLog_WritesItInPlaceOfTheNoOp()
    {
        SingleModule n1 = SingleModule.Leader();

        LogEntry entry = Assert.Single(n1.Disk.Entries);
        Assert.Equal((EntryKind.Configuration, 1L), (entry.Kind, entry.Term));
        Assert.Equal(n1.Module.Configuration, ConfigurationEncoding.Decode(entry.Data, 1));
        Assert.Equal(1, n1.Module.Configuration.Index);
        Assert.Equal(Settings.Ids(3), n1.Module.Configuration.Voters.Select(static voter => voter.NodeId));
    }

    [Fact]
    public void Leader_LogWithoutConfiguration_WritesItAfterTheEntries()
    {
        SingleModule n1 = SingleModule.Leader(term: 2, log: [1, 1, 2]);

        Assert.Equal(
            [EntryKind.Command, EntryKind.Command, EntryKind.Command, EntryKind.Configuration],
            n1.Disk.Entries.Select(static entry => entry.Kind));
        Assert.Equal((4, 0, 4), (n1.Module.Configuration.Index, n1.Module.ConfigurationAt(3).Index, n1.Module.ConfigurationAt(4).Index));
    }

    [Fact]
    public void Leader_LogWithAConfiguration_WritesANoOp()
    {
        SingleModule n1 = Started(1, Make.Configuration(1, "n1", "n2"));

        n1.Lead();

        Assert.Equal([EntryKind.Configuration, EntryKind.NoOp], n1.Disk.Entries.Select(static entry => entry.Kind));
        Assert.Equal((1, 2), (n1.Module.Configuration.Index, n1.Module.Configuration.Members.Count));
    }

    [Theory]
    [InlineData(true, EntryKind.NoOp)]
    [InlineData(false, EntryKind.Configuration)] // a snapshot of an earlier version, without one
    public void Leader_CompactedLog_WritesItOnlyIfTheSnapshotHasNone(bool snapshotHasOne, EntryKind expected)
    {
        TestDisk disk = new();
        disk.Preset(new HardState(1, null), [], previousIndex: 5, previousTerm: 1);
        SingleModule n1 = new(Settings.Plain.For("n1", Settings.Ids(3)), disk);
        ClusterConfiguration? configuration = snapshotHasOne ? new ClusterConfiguration(["n1", "n2", "n3"]).At(2) : null;
        n1.Node.Snapshots.Add(new TestSnapshot(5, 1, [1], configuration: configuration));
        n1.Node.Restart();

        n1.Lead();

        Assert.Equal(expected, Assert.Single(n1.Disk.Entries).Kind);
        Assert.Equal(snapshotHasOne ? 2 : 6, n1.Module.Configuration.Index);
    }

    /// <summary>Nobody may rely on a configuration that was truncated: the next leader writes its own.</summary>
    [Fact]
    public void SecondLeader_FirstConfigurationWasTruncated_WritesItAgain()
    {
        SingleModule n1 = SingleModule.Leader();
        Assert.Equal(1, n1.Module.Configuration.Index);
        n1.Deliver(Make.Append("n2", 2, 0, 0, 0, 2, 2));
        Assert.Equal((0, 2), (n1.Module.Configuration.Index, n1.Module.LastIndex));

        n1.Lead();

        Assert.Equal(3, n1.Module.Configuration.Index);
        Assert.Equal(EntryKind.Configuration, n1.Disk.Entries[2].Kind);
    }

    [Fact]
    public void Leader_KnowsStores_WritesTheirIds()
    {
        TestDisk disk = new() { Store = new StoreIdentity(Store1, 3) };
        SingleModule n1 = new(Settings.Plain.For("n1", Settings.Ids(3)), disk);
        RequestVoteMessage request = n1.TimeOut()[0];

        n1.Node.Receive(Make.Vote(request, granted: true).Of(null, new StoreIdentity(Store2, 9)));

        Assert.Equal(RaftRole.Leader, n1.Module.Role);
        Assert.Equal([Store1, Store2, null], n1.Module.Configuration.Voters.Select(static voter => voter.StoreId));
    }

    /// <summary>The limit of uncommitted bytes is about clients' commands, however long the addresses of members are.</summary>
    [Fact]
    public void Leader_FirstConfigurationIsUncommitted_LeavesTheLimitToProposals()
    {
        SingleModule n1 = new(settings: Settings.Plain with { MaximumUncommittedBytes = 10 });
        n1.Lead();
        AppendEntriesMessage request = n1.TakeSent<AppendEntriesMessage>()[0];
        Assert.True(n1.Disk.Entries[0].Data.Length > 10);

        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[4]));
        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[6]));
        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1]));
        n1.Deliver(Make.Accept(request, lastIndex: 3));
        Assert.Equal(3, n1.Module.CommitIndex);

        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[10]));
        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1]));
    }

    [Fact]
    public void FirstConfiguration_HeldByAMajority_IsCommittedLikeAnyEntry()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");

        Assert.All(cluster.Nodes, static node => Assert.Equal((1, 1), (node.Module.CommitIndex, node.Module.Configuration.Index)));
    }

    [Fact]
    public void Leader_LogWithTheConfigurationOfOthers_FollowsTheLog()
    {
        SingleModule n1 = Started(1, Make.Configuration(1, "n1", "n2", "n8", "n9"));

        Assert.Equal(["n2", "n8", "n9"], n1.TimeOut().Select(static request => request.To.Value));
    }

    private static SingleModule Started(long term, params LogEntry[] log)
    {
        TestDisk disk = new();
        disk.Preset(new HardState(term, null), log);
        return new SingleModule(Settings.Plain.For("n1", Settings.Ids(3)), disk);
    }
}
