using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// A rejection that does not bring the logs closer, such as one at index 0, must not make the leader send without a pause.
/// </summary>
public sealed class RejectionWithoutProgressTests
{
    private static readonly TimeSpan Interval = Settings.Plain.HeartbeatInterval;

    /// <summary>A follower of another leader of the same term, which no correct cluster has, rejects everything.</summary>
    [Fact]
    public void Leader_ProbeAtTheStartIsRejected_WaitsForTheNextHeartbeat()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        AppendEntriesMessage probe = Assert.Single(n1.TakeSent<AppendEntriesMessage>());
        Assert.Equal(0, probe.PrevLogIndex);

        Assert.Empty(n1.Deliver(Reject(probe)));

        n1.Node.Propose(new byte[1]);
        Assert.Empty(n1.TakeSent());
        AppendEntriesMessage heartbeat = Assert.Single(n1.Pass(Interval).OfType<AppendEntriesMessage>());
        Assert.True(heartbeat.Entries.IsEmpty);
        Assert.Empty(n1.Deliver(Reject(heartbeat)));
    }

    [Fact]
    public void Leader_RejectionsFollowedByAnAcceptance_StreamsItsLog()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        n1.Deliver(Reject(Assert.Single(n1.TakeSent<AppendEntriesMessage>())));
        n1.Node.Propose(new byte[1]);
        AppendEntriesMessage heartbeat = Assert.Single(n1.Pass(Interval).OfType<AppendEntriesMessage>());

        AppendEntriesMessage next = Assert.Single(n1.Deliver(Make.Accept(heartbeat)).OfType<AppendEntriesMessage>());

        Assert.Equal((0, 2), (next.PrevLogIndex, next.LastIndex));
    }

    [Fact]
    public void Leader_SnapshotUnderWayAndAHeartbeatRejected_KeepsTheTransfer()
    {
        SingleModule n1 = new(voters: 2, term: 3);
        n1.Disk.Preset(new HardState(3, null), Make.Entries(3), previousIndex: 5, previousTerm: 2);
        n1.Node.Snapshots.Add(new TestSnapshot(5, 2, new byte[100]));
        n1.Node.Restart();
        n1.Lead();
        AppendEntriesMessage probe = Assert.Single(n1.TakeSent<AppendEntriesMessage>());
        Assert.Single(n1.Deliver(Make.Reject(probe, lastIndex: 0, conflictIndex: 0, conflictTerm: 0)).OfType<InstallSnapshotMessage>());
        AppendEntriesMessage heartbeat = Assert.Single(n1.Pass(Interval).OfType<AppendEntriesMessage>());

        Assert.Empty(n1.Deliver(Reject(heartbeat)));

        Assert.Equal(5, n1.Module.SnapshotUnderWayTo("n2")?.LastIncludedIndex);
    }

    private static AppendEntriesReplyMessage Reject(AppendEntriesMessage request) =>
        Make.Reject(request, lastIndex: 3, conflictIndex: 0, conflictTerm: 0);
}
