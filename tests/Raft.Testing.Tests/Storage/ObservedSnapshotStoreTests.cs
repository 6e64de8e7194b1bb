namespace Raft.Testing.Tests.Storage;

public sealed class ObservedSnapshotStoreTests
{
    private readonly SimulatedWorld _world = new();
    private readonly StoreEvents _events = new();
    private readonly List<long> _committed = [];
    private readonly SimulatedSnapshotStore _inner;
    private readonly ObservedSnapshotStore _store;
    private string? _lost;

    public ObservedSnapshotStoreTests()
    {
        _events.Lost = what => _lost ??= what;
        _events.SnapshotCommitted = (snapshot, content) => _committed.Add(snapshot.LastIncludedIndex + content.Span[0]);
        _inner = _world.CreateSnapshotStore();
        _store = new ObservedSnapshotStore(_inner, _events);
        Find(_store);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Crash_CommitUnderWay_MaySurviveOrNot(bool survives)
    {
        Put(_store, index: 10, content: 1);
        _inner.Hold();
        _ = PutAsync(_store, index: 20, content: 2);
        _world.RunUntilIdle();

        ObservedSnapshotStore next = _store.Continue(_inner.Crash(survives));
        long found = Find(next);

        Assert.Null(_lost);
        Assert.Equal(survives ? 20 : 10, found);
        Assert.Equal(found, next.Durable!.Value.LastIncludedIndex);
        Assert.Equal(survives ? [11L, 22L] : [11L], _committed);
    }

    [Fact]
    public void Crash_CommittedSnapshotIsGone_IsFound()
    {
        Put(_store, index: 10, content: 1);

        Find(_store.Continue(_inner.Crash().Replace()));

        Assert.Contains("up to index 10 was committed, and none was found", _lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_EarlierSnapshotInstead_IsFound()
    {
        Put(_store, index: 10, content: 1);
        SimulatedSnapshotStore other = _world.CreateSnapshotStore();
        Put(other, index: 5, content: 1);

        Find(_store.Continue(other));

        Assert.Contains("the latest one that was found ends at 5", _lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_SnapshotWithAnotherContent_IsFound()
    {
        Put(_store, index: 10, content: 1);
        SimulatedSnapshotStore other = _world.CreateSnapshotStore();
        Put(other, index: 10, content: 2);

        Find(_store.Continue(other));

        Assert.Contains("up to index 10 is not what was written", _lost, StringComparison.Ordinal);
    }

    private void Put(ISnapshotStore store, long index, byte content) => _world.Run(PutAsync(store, index, content));

    private static async Task PutAsync(ISnapshotStore store, long index, byte content)
    {
        ISnapshotWriter writer = await store.CreateAsync(index, 1, default, CancellationToken.None).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await writer.Stream.WriteAsync(new byte[] { content }).ConfigureAwait(false);
            await writer.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private long Find(ObservedSnapshotStore store) =>
        _world.Run(store.FindLatestAsync(CancellationToken.None))?.LastIncludedIndex ?? 0;
}
