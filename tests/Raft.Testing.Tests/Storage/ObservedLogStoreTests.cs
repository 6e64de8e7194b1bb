namespace Raft.Testing.Tests.Storage;

public sealed class ObservedLogStoreTests
{
    private readonly SimulatedWorld _world = new();
    private readonly StoreEvents _events = new();
    private readonly SimulatedLogStore _inner;
    private readonly ObservedLogStore _store;
    private string? _lost;

    public ObservedLogStoreTests()
    {
        _events.Lost = what => _lost ??= what;
        _inner = _world.CreateLogStore();
        _store = new ObservedLogStore(_inner, _events);
        Open(_store);
    }

    [Fact]
    public void Write_IsDurableWhenItIsReportedAsSuch()
    {
        _inner.Hold();
        Task writing = _store.WriteAsync(Entries(1, 1, 1)).AsTask();

        Assert.Equal((2, 0, 0, 1), (_store.Written.LastIndex, _store.Durable.LastIndex, _store.SafeIndex, _store.UnderWay));

        _inner.Release();
        _world.Run(writing);
        Assert.Equal((2, 2, 0), (_store.Durable.LastIndex, _store.SafeIndex, _store.UnderWay));
    }

    /// <summary>Continuations run in any order, and the success of a call includes those before it.</summary>
    [Fact]
    public void Write_ReportedBeforeAnEarlierOne_MakesBothDurable()
    {
        ReportingStore reporting = new();
        ObservedLogStore store = new(reporting, _events);
        Open(store);
        Task[] writing = [store.WriteAsync(Entries(1, 1)).AsTask(), store.WriteAsync(Entries(2, 1)).AsTask()];

        reporting.Writes[1].SetResult();

        Assert.False(writing[0].IsCompleted);
        Assert.Equal(2, store.Durable.LastIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Crash_AnyPrefixOfTheCallsUnderWay_IsAccepted(int surviving)
    {
        Write(Entries(1, 1, 1));
        _inner.Hold();
        LogWrite[] writes = [new LogWrite(new HardState(2, "n1"), 3, default), Entries(2, 2, 2, 2), Entries(5, 2)];
        foreach (LogWrite write in writes)
        {
            _ = _store.WriteAsync(write).AsTask();
        }

        ObservedLogStore next = _store.Continue(_inner.Crash(surviving));
        LogState state = Open(next);

        Assert.Null(_lost);
        Assert.Equal(state with { Store = null }, next.Durable);
        Assert.Equal(new long[] { 2, 2, 4, 5 }[surviving], next.SafeIndex);
    }

    [Fact]
    public void Crash_AcknowledgedWriteIsGone_IsFound()
    {
        Write(Entries(1, 1));
        StoredLog earlier = _inner.CopyDurable();
        Write(Entries(2, 1));

        Open(_store.Continue(_inner.Crash().RollBack(earlier)));

        Assert.Contains("acknowledged a log from 1 to 2", _lost, StringComparison.Ordinal);
        Assert.Contains("opened with a log from 1 to 1", _lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_LaterWriteWithoutAnEarlierOne_IsFound()
    {
        _inner.Hold();
        _ = _store.WriteAsync(new LogWrite(new HardState(2, "n1"), 1, default)).AsTask();
        _ = _store.WriteAsync(Entries(1, 2)).AsTask();
        StoredLog hole = new();
        hole.Write(1, Entries(1, 2).Entries.Span);

        Open(_store.Continue(_inner.Crash().RollBack(hole)));

        Assert.NotNull(_lost);
    }

    [Fact]
    public void Crash_EntryWithAnotherContent_IsFound()
    {
        Write(Entries(1, 1));
        StoredLog changed = new();
        changed.Write(1, [new LogEntry(1, EntryKind.Command, new byte[] { 2 }, DateTimeOffset.UnixEpoch)]);

        Open(_store.Continue(_inner.Crash().RollBack(changed)));

        Assert.NotNull(_lost);
    }

    [Fact]
    public void Crash_StoreThatDidNotCountItsOpening_IsFound()
    {
        SimulatedLogStore other = _world.CreateLogStore();

        Open(_store.Continue(other));

        Assert.Contains("was opened as", _lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Crash_LostCompaction_IsAccepted()
    {
        Write(Entries(1, 1, 1, 1));
        StoredLog earlier = _inner.CopyDurable();
        _world.Run(_store.CompactAsync(2));

        ObservedLogStore next = _store.Continue(_inner.Crash().RollBack(earlier));
        Open(next);

        Assert.Null(_lost);
        Assert.Equal((2, 3), (next.Durable.PreviousIndex, next.Durable.LastIndex));
    }

    [Fact]
    public void FailedWrite_MayHaveReachedTheDiskOrNot()
    {
        _inner.FailNext(new IOException("Bad sector."));
        Assert.Throws<IOException>(() => Write(Entries(1, 1)));
        Assert.True(_store.HasFailed);
        _world.Run(_store.CloseAsync());

        Open(_store);

        Assert.Null(_lost);
        Assert.False(_store.HasFailed);
        Assert.Equal(0, _store.Written.LastIndex);
    }

    private static LogWrite Entries(long firstIndex, params long[] terms) => new(
        null,
        firstIndex,
        terms.Select(static term => new LogEntry(term, EntryKind.Command, new byte[] { 1 }, DateTimeOffset.UnixEpoch)).ToArray());

    private LogState Open(ObservedLogStore store) => _world.Run(store.OpenAsync("simulated", "n1", CancellationToken.None));

    private void Write(LogWrite write) => _world.Run(_store.WriteAsync(write));

    /// <summary>Reports its writes when a test says so, in any order.</summary>
    private sealed class ReportingStore : ILogStore
    {
        public List<TaskCompletionSource> Writes { get; } = [];

        public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken) =>
            ValueTask.FromResult<LogState>(default);

        public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ReadOnlyMemory<LogEntry>>(default);

        public ValueTask WriteAsync(LogWrite write)
        {
            Writes.Add(new TaskCompletionSource());
            return new ValueTask(Writes[^1].Task);
        }

        public ValueTask CompactAsync(long throughIndex) => ValueTask.CompletedTask;

        public ValueTask ResetAsync(long index, long term) => ValueTask.CompletedTask;

        public ValueTask CloseAsync() => ValueTask.CompletedTask;
    }
}
