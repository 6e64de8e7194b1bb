using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>A leader that commits nothing must not take proposals until its memory is full.</summary>
public sealed class UncommittedLimitTests
{
    private static readonly byte[] Payload = new byte[10];

    [Fact]
    public void Leader_NothingCommits_AcceptsProposalsUpToTheLimit()
    {
        SingleModule n1 = Leader(limit: 160);

        ProposeResult[] outcomes = [.. Enumerable.Range(0, 1_024).Select(_ => n1.Node.Propose(Payload))];

        Assert.All(outcomes[..16], outcome => Assert.Equal(ProposeResult.Appended, outcome));
        Assert.All(outcomes[16..], outcome => Assert.Equal(ProposeResult.UncommittedLimitReached, outcome));
        Assert.Equal(1 + 16, n1.Module.LastIndex);
    }

    [Fact]
    public void Leader_EntriesCommit_AcceptsAsManyMore()
    {
        SingleModule n1 = Leader(limit: 160);
        for (int i = 0; i < 16; i++)
        {
            n1.Node.Propose(Payload);
        }

        AppendEntriesMessage heartbeat = n1.Pass(TimeSpan.FromMilliseconds(200)).OfType<AppendEntriesMessage>().First();
        n1.Deliver(Make.Accept(heartbeat, lastIndex: 1 + 4));

        Assert.Equal(5, n1.Module.CommitIndex);
        Assert.Equal(4, Enumerable.Range(0, 100).Count(_ => n1.Node.Propose(Payload) == ProposeResult.Appended));
    }

    [Fact]
    public void Leader_OversizedProposal_IsAcceptedWhenNothingWaits()
    {
        SingleModule n1 = Leader(limit: 160);

        Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[1_000]));
        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1]));
    }

    [Fact]
    public void Leader_OversizedProposal_IsRefusedWhenSomethingWaits()
    {
        SingleModule n1 = Leader(limit: 160);
        n1.Node.Propose(Payload);

        Assert.Equal(ProposeResult.UncommittedLimitReached, n1.Node.Propose(new byte[1_000]));
        Assert.Equal(2, n1.Module.LastIndex);
    }

    /// <summary>A new leader's tail counts from the start, and is freed when it commits: the sum must not drift over many terms.</summary>
    [Fact]
    public void Leader_AfterManyElections_TheLimitIsStillTheSame()
    {
        ModuleCluster cluster = new(3, Settings.Plain with { MaximumUncommittedBytes = 160 });
        for (int i = 0; i < 9; i++)
        {
            NodeId leader = Settings.Ids(3)[i % 3];
            cluster.Elect(leader);
            cluster[leader].Propose(Payload);
            cluster.Propose(leader);
            cluster.Isolate(leader);
            cluster[leader].Propose(Payload);
            cluster[leader].Propose(Payload);
            cluster.Heal();
        }

        cluster.Elect("n1");
        cluster.Isolate("n1");
        Assert.Equal(cluster["n1"].Module.LastIndex, cluster["n1"].Module.CommitIndex);
        Assert.Equal(16, Enumerable.Range(0, 100).Count(_ => cluster["n1"].Propose(Payload) == ProposeResult.Appended));
    }

    [Fact]
    public void NewLeader_UncommittedTailOfThePast_CountsAgainstTheLimit()
    {
        ModuleCluster cluster = new(3, Settings.Plain with { MaximumUncommittedBytes = 160 });
        cluster.Elect("n1");
        cluster.Cut("n1", "n3");
        cluster.Drop = message => message is AppendEntriesReplyMessage;
        for (int i = 0; i < 10; i++)
        {
            cluster["n1"].Propose(Payload);
            cluster.DeliverAll();
        }

        cluster.Heal();
        cluster.Drop = message => message is AppendEntriesMessage;
        cluster.Elect("n2");

        Assert.Equal((RaftRole.Leader, 12L), (cluster["n2"].Module.Role, cluster["n2"].Module.LastIndex));
        Assert.Equal(6, Enumerable.Range(0, 100).Count(_ => cluster["n2"].Propose(Payload) == ProposeResult.Appended));
    }

    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    public void NotLeader_Proposal_IsRefused(RaftRole role)
    {
        SingleModule n1 = new();
        if (role == RaftRole.Candidate)
        {
            n1.TimeOut();
        }

        Assert.Equal(ProposeResult.NotLeader, n1.Module.Propose(Payload, default, out long index));
        Assert.Equal((0, 0), (index, n1.Module.LastIndex));
    }

    private static SingleModule Leader(long limit) =>
        SingleModule.Leader(settings: Settings.Plain with { MaximumUncommittedBytes = limit });
}
