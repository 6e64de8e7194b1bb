using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>A follower that rejects what it has acknowledged, and a leader that replaces what is committed.</summary>
public sealed class LostDataTests
{
    private static readonly StoreIdentity Store = new(new Guid(1, 0, 0, new byte[8]), 1);

    private static readonly StoreIdentity Other = new(new Guid(2, 0, 0, new byte[8]), 1);

    [Fact]
    public void Leader_SameStoreRejectsWhatItAcknowledged_ReportsTheLoss()
    {
        SingleModule n1 = Acknowledged(Store, out _);
        AppendEntriesMessage heartbeat = Heartbeat(n1);

        n1.Deliver(Make.Reject(heartbeat, lastIndex: 2, conflictIndex: 2, conflictTerm: 1).Of(null, Store));

        Assert.Equal(new DurableDataLostNotice("n2", Store, AcknowledgedIndex: 4, LastIndex: 2), Assert.Single(n1.TakeNotices()));
        Assert.Equal(0, n1.Module.Followers[0].Match);
    }

    /// <summary>A copy of the store from the past has the same id. Its data is lost all the same.</summary>
    [Fact]
    public void Leader_EarlierOpeningRejectsWhatALaterOneAcknowledged_ReportsBoth()
    {
        StoreIdentity later = Store with { Opening = 7 };
        SingleModule n1 = Acknowledged(later, out _);

        n1.Deliver(Make.Reject(Heartbeat(n1), 2, 2, 1).Of(null, Store));

        Assert.Equal(
            [new StoreReplacedNotice("n2", later, Store), new DurableDataLostNotice("n2", Store, 4, 2)],
            n1.TakeNotices());
    }

    [Fact]
    public void Leader_AnotherStoreRejects_ReportsTheStoreAndNoLoss()
    {
        SingleModule n1 = Acknowledged(Store, out _);

        n1.Deliver(Make.Reject(Heartbeat(n1), 0, 0, 0).Of(null, Other));

        Assert.Equal(new StoreReplacedNotice("n2", Store, Other), Assert.Single(n1.TakeNotices()));
        Assert.Equal(0, n1.Module.Followers[0].Match);
    }

    [Fact]
    public void Leader_VolatileStoreRejects_ReportsNothing()
    {
        SingleModule n1 = Acknowledged(store: null, out _);

        n1.Deliver(Make.Reject(Heartbeat(n1), 0, 0, 0));

        Assert.Empty(n1.TakeNotices());
        Assert.Equal(0, n1.Module.Followers[0].Match);
    }

    [Fact]
    public void Leader_LateRejection_ReportsNothing()
    {
        SingleModule n1 = Acknowledged(Store, out AppendEntriesMessage earlier);

        n1.Deliver(Make.Reject(earlier, 0, 0, 0).Of(null, Store));

        Assert.Empty(n1.TakeNotices());
        Assert.Equal(4, n1.Module.Followers[0].Match);
    }

    /// <summary>What the follower never acknowledged may be missing: messages get lost.</summary>
    [Fact]
    public void Leader_RejectionAfterWhatWasAcknowledged_ReportsNothing()
    {
        SingleModule n1 = Acknowledged(Store, out _);
        n1.Node.Propose(new byte[1]);
        n1.TakeSent(); // lost
        AppendEntriesMessage heartbeat = Heartbeat(n1);
        Assert.Equal(5, heartbeat.PrevLogIndex);

        n1.Deliver(Make.Reject(heartbeat, lastIndex: 4, conflictIndex: 4, conflictTerm: n1.Module.Term).Of(null, Store));

        Assert.Empty(n1.TakeNotices());
        Assert.Equal(4, n1.Module.Followers[0].Match);
    }

    [Fact]
    public void Leader_LossIsReported_OnlyOnce()
    {
        SingleModule n1 = Acknowledged(Store, out _);
        AppendEntriesMessage heartbeat = Heartbeat(n1);
        AppendEntriesReplyMessage rejection = Make.Reject(heartbeat, 2, 2, 1).Of(null, Store);

        n1.Deliver(rejection);
        n1.Deliver(rejection);

        Assert.Single(n1.TakeNotices());
    }

    /// <summary>The follower has installed a snapshot, and then answers what was sent before: late, and no loss.</summary>
    [Fact]
    public void Leader_LateRejectionAfterASnapshot_ReportsNothing()
    {
        SingleModule n1 = Acknowledged(Store, out _, SingleModule.Leader(term: 1, log: [1, 1, 1]));
        n1.Node.Compact();
        AppendEntriesMessage before = Heartbeat(n1, "n3");
        n1.Node.Receive(Make.Reject(before, 0, 0, 0).Of(null, Other));
        AppendEntriesMessage heartbeat = Heartbeat(n1, "n3");
        InstallSnapshotMessage chunk = new()
        {
            From = "n1",
            To = "n3",
            Origin = Make.Origin,
            Term = n1.Module.Term,
            LastIncludedIndex = 4,
            LastIncludedTerm = n1.Module.Term,
            Checksum = 0,
            Length = 1,
            Offset = 0,
            Data = new byte[1],
        };
        n1.Deliver(Make.Installed(chunk).Of(null, Other));
        Assert.Equal(4, n1.Module.Followers[1].Match);

        n1.Deliver(Make.Reject(heartbeat, 0, 0, 0).Of(null, Other));

        Assert.Empty(n1.TakeNotices());
        Assert.Equal(4, n1.Module.Followers[1].Match);
    }

    /// <summary>A module whose store reports what was committed refuses to give it up, also after a restart.</summary>
    [Fact]
    public void Follower_LeaderReplacesWhatIsCommitted_StopsAndExplains()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 2, 1, 1, 1));
        n1.Deliver(Make.Append("n2", 1, 3, 1, 2, 1));
        n1.Node.CrashAndRestart();
        Assert.Equal(2, n1.Module.CommitIndex);
        Assert.True(n1.Deliver(Make.Append("n3", 2, 2, 1, 2, 2)).Success); // after it, anything may be replaced

        ConsensusInvariantException error = Assert.Throws<ConsensusInvariantException>(() => n1.Deliver(Make.Append("n3", 3, 1, 1, 1, 3)));

        Assert.Contains("replaces entry 2, which is committed", error.Message, StringComparison.Ordinal);
        Assert.Contains("lost durable data", error.Message, StringComparison.Ordinal);
        Assert.Contains("Keep this node's data", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A leader of the entries 1 to 4, which n2 has acknowledged.</summary>
    private static SingleModule Acknowledged(StoreIdentity? store, out AppendEntriesMessage probe, SingleModule? leader = null)
    {
        SingleModule n1 = leader ?? SingleModule.Leader(term: 1, log: [1, 1, 1]);
        probe = Heartbeat(n1);
        n1.Deliver(Make.Accept(probe, lastIndex: 4).Of(null, store));
        Assert.Equal((4, 4), (n1.Module.Followers[0].Match, n1.Module.CommitIndex));
        return n1;
    }

    private static AppendEntriesMessage Heartbeat(SingleModule n1, string to = "n2")
    {
        n1.Clock.Advance(Settings.Plain.HeartbeatInterval);
        n1.Node.AdvanceTime();
        return n1.TakeSent<AppendEntriesMessage>().Last(message => message.To == to);
    }
}
