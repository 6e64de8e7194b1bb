using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Figure 2, AppendEntries, rule 5: commit is min(leaderCommit, index of the last entry that the message vouches for).</summary>
public sealed class FollowerCommitTests
{
    public static TheoryData<long, long, long[], long, bool, long> Cases { get; } = new()
    {
        // previous index, previous term, entries, leader's commit, accepted, follower's commit
        { 2, 3, [], 3, false, 0 },
        { 1, 1, [], 1, true, 1 },
        { 2, 2, [2, 2], 3, true, 3 },
        { 2, 2, [2], 4, true, 3 },
        { 1, 1, [2], 4, true, 2 },
        { 1, 1, [], 3, true, 1 },
        { 2, 2, [], 3, true, 2 },
        { 0, 0, [], 3, true, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Follower_LeaderCommit_CommitsWhatTheMessageVerified(
        long prevIndex,
        long prevTerm,
        long[] entries,
        long leaderCommit,
        bool accepted,
        long commit)
    {
        SingleModule n1 = SingleModule.Follower(2, 1, 2);

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 2, prevIndex, prevTerm, leaderCommit, entries));

        Assert.Equal((accepted, commit), (reply.Success, n1.Module.CommitIndex));
    }

    [Fact]
    public void Follower_HeartbeatWithALowerCommit_CommitNeverFalls()
    {
        SingleModule n1 = SingleModule.Follower(2, 1, 2);
        n1.Deliver(Make.Append("n2", 2, 2, 2, 2));

        n1.Deliver(Make.Append("n2", 2, 2, 2, 1));
        n1.Deliver(Make.Append("n2", 2, 0, 0, 2));

        Assert.Equal(2, n1.Module.CommitIndex);
    }

    /// <summary>A follower must not commit its own stale suffix on the word of a heartbeat.</summary>
    [Fact]
    public void Follower_StaleSuffix_IsNotCommittedByAHeartbeat()
    {
        ModuleCluster cluster = new(3);
        cluster.Elect("n1");
        cluster.Isolate("n1");
        cluster.Propose("n1");
        cluster.Propose("n1");
        cluster.Elect("n2");
        cluster.Propose("n2");
        cluster.Propose("n2");
        cluster.Heal();

        cluster.Clock.Advance(TimeSpan.FromMilliseconds(200));
        cluster["n2"].AdvanceTime();
        foreach (AppendEntriesMessage heartbeat in cluster.Take<AppendEntriesMessage>(message => message.To == "n1"))
        {
            cluster.Deliver(heartbeat with { Entries = default, PrevLogIndex = 1, PrevLogTerm = 1, LeaderCommit = 4 });
        }

        Assert.Equal([1, 1, 1], cluster["n1"].Log);
        Assert.Equal(1, cluster["n1"].Module.CommitIndex);
    }

    /// <summary>What is committed may be ahead of the follower's own disk; the host applies up to the smaller of the two.</summary>
    [Fact]
    public void Follower_SlowDisk_CommitMayBeAheadOfItsDurableIndex()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();

        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 2, 1, 1));

        Assert.Equal((2, 0), (n1.Module.CommitIndex, n1.Module.DurableIndex));
        n1.Disk.Release();
        Assert.Equal(2, n1.Module.DurableIndex);
    }

    [Fact]
    public void RecoverCommit_BeyondTheLog_Throws()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => n1.Module.RecoverCommit(3));
        n1.Module.RecoverCommit(2);
        n1.Module.RecoverCommit(1);

        Assert.Equal(2, n1.Module.CommitIndex);
    }
}
