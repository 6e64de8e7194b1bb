using Raft.Tests.Node;

namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotTakerTests
{
    [Fact]
    public void Capture_OfALifeThatEndsBeforeItIsTaken_IsDisposedOnce()
    {
        Captured machine = new();
        using PartsLab lab = new(machine, snapshots: new GatedStore());
        PendingCaller<SnapshotInfo?> caller = lab.Sources.Snapshots.Rent(CancellationToken.None).Caller;
        Assert.Equal(PostOutcome.Posted, NewTaker(lab).Post(caller));
        lab.Pass();
        Assert.Equal(["capture"], machine.Calls);

        foreach (NodeRequest request in lab.Context.Mailbox.Drain().Requests)
        {
            request.Refuse(new NodeStoppedException("It has stopped."));
        }

        lab.Scheduler.RunUntilIdle();
        Assert.Equal(["capture", "dispose"], machine.Calls);
    }

    private static SnapshotTaker NewTaker(PartsLab lab)
    {
        Applier applier = new(lab.Settings, metrics: null, static _ => { }, lab.Context.Fail, lab.Context.Wake, lab.Context.Sources.Resumes);
        SnapshotPolicy policy = new(lab.Settings);
        LatestSnapshot latest = new(policy);
        SnapshotDisposal disposal = new(lab.Settings.Scheduler, lab.Settings.Clock, logger: null);
        LogCompactor compactor = new(lab.Context, policy, latest, applier);
        return new SnapshotTaker(lab.Context, applier, policy, latest, compactor, disposal, CancellationToken.None);
    }
}
