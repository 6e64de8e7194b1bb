using Raft.Consensus;
using Raft.Core.Tests.Snapshots;

namespace Raft.Tests.Node;

public sealed class CommitPipelineTests : IDisposable
{
    private readonly TaskCompletionSource _gate = new();
    private readonly SpyStore _store = new(new InMemoryLogStore());
    private readonly PartsLab _lab;
    private readonly CommitPipeline _pipeline;

    /// <summary>A node whose log starts after index 5, which its state machine has not applied.</summary>
    public CommitPipelineTests()
    {
        _lab = new PartsLab(store: _store);
        _lab.Context.Module = new ConsensusModule(_lab.Settings.Consensus, new HardState(2, null), previousIndex: 5, previousTerm: 2);
        LogStoreReader reader = new(_lab.Context, CancellationToken.None);
        _pipeline = new CommitPipeline(
            _lab.Context, new PendingProposals(), new SnapshotPolicy(_lab.Settings), reader, _lab.Board, appliedBefore: 0);
        _pipeline.StartAfter(0, DateTimeOffset.UnixEpoch);
    }

    public void Dispose() => _lab.Dispose();

    /// <summary>The log restarts after the snapshot while the store reads, so the store has none of the entries any more.</summary>
    [Fact]
    public async Task Restore_WhileEntriesAreRead_IgnoresTheLateRead()
    {
        await _store.OpenAsync("raft", "n1", TestContext.Current.CancellationToken);
        _store.OnRead = () => new ValueTask(_gate.Task);
        _pipeline.HandOver();
        Assert.Contains("read", _store.Calls);
        using Content content = new();
        _pipeline.Restore(Restoration(content));

        _gate.SetResult();
        _lab.Pass();

        Assert.Null(_lab.Context.Mailbox.Drain().Failure);
        Assert.False(content.IsDisposed);
    }

    [Fact]
    public void Restore_BeforeAnEarlierSnapshotIsHandedOver_ClosesTheEarlierOne()
    {
        using Content earlier = new();
        using Content later = new();
        _pipeline.Restore(Restoration(earlier));

        _pipeline.Restore(Restoration(later));
        _lab.Scheduler.RunUntilIdle();

        Assert.True(earlier.IsDisposed);
        Assert.False(later.IsDisposed);
    }

    private SnapshotRestoration Restoration(Stream content) => new(
        content,
        new TestSnapshot(5, 20).Info,
        DateTimeOffset.UnixEpoch,
        new SnapshotDisposal(_lab.Settings.Scheduler, _lab.Settings.Clock, logger: null),
        _lab.Settings.Clock);

    private sealed class Content : MemoryStream
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
