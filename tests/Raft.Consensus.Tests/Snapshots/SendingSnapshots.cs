using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>Leaders that have begun to send a snapshot.</summary>
internal static class SendingSnapshots
{
    /// <summary>A leader n1 whose log has two entries of term 5 after a snapshot, and its own. What it has sent is not taken.</summary>
    public static SingleModule Leader(TestSnapshot snapshot, Settings settings, int voters = 3)
    {
        SingleModule n1 = new(voters, settings);
        n1.Disk.Preset(new HardState(5, null), Make.Entries(5, 5), snapshot.Index, snapshot.Term);
        n1.Node.Snapshots.Add(snapshot);
        n1.Node.Restart();
        n1.Lead();
        return n1;
    }

    /// <summary>A follower has nothing, and so is sent the first chunk.</summary>
    public static InstallSnapshotMessage Begin(SingleModule n1, string follower = "n2")
    {
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().First(append => append.To == follower);
        return n1.Deliver(Make.Reject(probe, lastIndex: 0, conflictIndex: 0, conflictTerm: 0)).OfType<InstallSnapshotMessage>().Single();
    }
}
