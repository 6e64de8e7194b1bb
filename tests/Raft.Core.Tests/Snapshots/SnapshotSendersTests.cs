using Raft.Consensus;
using Raft.Tests.Node;

namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotSendersTests : IDisposable
{
    private readonly GatedStore _store = new();
    private readonly TestSnapshot _snapshot = new(5, stateLength: 40);
    private readonly PartsLab _lab;
    private readonly LatestSnapshot _latest;
    private readonly SnapshotSenders _senders;

    public SnapshotSendersTests()
    {
        _lab = new PartsLab(snapshots: _store);
        _latest = new LatestSnapshot(new SnapshotPolicy(_lab.Settings));
        SnapshotDisposal disposal = new(_lab.Settings.Scheduler, _lab.Settings.Clock, logger: null);
        _senders = new SnapshotSenders(_lab.Context, _latest, disposal, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public async Task End_AfterAChunkIsLoaded_ClosesTheSnapshot()
    {
        await StoreAsync();
        Load(null, offset: 0);
        ExecuteRequests();
        Assert.Equal(1, _store.OpenStreams);

        _senders.End();
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal(0, _store.OpenStreams);
    }

    [Fact]
    public async Task End_WhileTheNextChunkIsRead_ClosesTheSnapshotOnlyAfterTheRead()
    {
        await StoreAsync();
        Load(null, offset: 0);
        IReadOnlyList<NodeRequest> requests = ExecuteRequests();
        _store.Close();
        Load(_snapshot.Identity, offset: 16); // the module has asked for it in the same pass

        End(requests);
        Assert.Equal(1, _store.OpenStreams);

        _store.Open();
        _lab.Scheduler.RunUntilIdle();
        Assert.Equal(0, _store.OpenStreams);
    }

    [Fact]
    public async Task End_BeforeALoadedChunkIsTaken_ClosesTheSnapshot()
    {
        await StoreAsync();
        Load(null, offset: 0);
        IReadOnlyList<NodeRequest> requests = [.. _lab.Context.Mailbox.Drain().Requests];

        End(requests);

        Assert.Equal(0, _store.OpenStreams);
    }

    /// <summary>The node has lost and regained its leadership during a read. The read of the earlier leadership is not disturbed.</summary>
    [Fact]
    public async Task Load_WhileAnEarlierOneIsRead_UsesASenderOfItsOwn()
    {
        await StoreAsync();
        _store.Close();
        Load(null, offset: 0);
        Load(null, offset: 0);
        Assert.Equal(2, _senders.Count);
        Assert.Equal(2, _store.Calls.Count(static call => call == "open"));

        _store.Open();
        _lab.Scheduler.RunUntilIdle();
        _lab.Pass();
        _senders.End();
        _lab.Scheduler.RunUntilIdle();

        Assert.Equal(0, _store.OpenStreams);
    }

    private async Task StoreAsync()
    {
        SnapshotInfo stored = await _snapshot.StoreAsync(_store, TestContext.Current.CancellationToken);
        _latest.Record(in stored);
    }

    private void Load(SnapshotIdentity? snapshot, long offset)
    {
        _senders.Load(new ChunkLoadRequest("n2", Term: 1, snapshot, offset, MaximumBytes: 16));
        _lab.Scheduler.RunUntilIdle();
    }

    private IReadOnlyList<NodeRequest> ExecuteRequests()
    {
        IReadOnlyList<NodeRequest> requests = [.. _lab.Context.Mailbox.Drain().Requests];
        Assert.Single(requests).Execute();
        return requests;
    }

    /// <summary>Ends the life in the pass that has taken the requests: as the worker does, it refuses all of them.</summary>
    private void End(IReadOnlyList<NodeRequest> requests)
    {
        _senders.End();
        _lab.Context.Mailbox.Close();
        foreach (NodeRequest request in requests)
        {
            request.Refuse(new NodeStoppedException("It has stopped."));
        }

        _lab.Scheduler.RunUntilIdle();
    }
}
