using System.Text;

namespace Raft.Testing.Tests;

public sealed class SimulatedLogStoreTests
{
    private readonly SimulatedWorld _world = new(seed: 11);
    private readonly SimulatedLogStore _store;

    public SimulatedLogStoreTests()
    {
        _store = _world.CreateLogStore();
        Open(_store);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private LogState Open(SimulatedLogStore store) => _world.Run(store.OpenAsync("raft", "n1", Token));

    private static LogWrite Write(long index, string text, HardState? hardState = null) =>
        new(hardState, index, new[] { SampleMessages.Entry(text) });

    /// <summary>Writes entries from 1 on, one call each, without waiting.</summary>
    private Task[] WriteMany(int count) => [.. Enumerable.Range(1, count).Select(i => _store.WriteAsync(Write(i, $"e{i}")).AsTask())];

    private string[] Texts(SimulatedLogStore store) =>
        [.. _world.Run(store.ReadAsync(1, int.MaxValue, long.MaxValue, Token)).ToArray().Select(entry => Encoding.UTF8.GetString(entry.Data.Span))];

    [Fact]
    public void WriteAsync_OfManyWrites_CompletesThemAllAndAtLeastHalfLater()
    {
        int atOnce = 0;
        for (int i = 1; i <= 500; i++)
        {
            Task write = _store.WriteAsync(Write(i, $"e{i}")).AsTask();
            atOnce += write.IsCompleted ? 1 : 0;
            _world.Run(write);
        }

        Assert.InRange(atOnce, 1, 280);
        Assert.Equal(500, _store.Durable.LastIndex);
    }

    [Fact]
    public void WriteAsync_WhenItCompletes_IsDurableWithEverythingBefore()
    {
        Task[] writes = WriteMany(50);
        bool[] seen = new bool[50];
        while (seen.Contains(false))
        {
            Assert.True(_world.Step() || writes.All(write => write.IsCompleted));
            for (int i = 0; i < writes.Length; i++)
            {
                if (writes[i].IsCompleted)
                {
                    seen[i] = true;
                    Assert.True(_store.Durable.LastIndex >= i + 1);
                }
            }
        }
    }

    [Fact]
    public void ReadAsync_BeforeAWriteIsDurable_SeesIt()
    {
        (_store.MinimumDelay, _store.MaximumDelay) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        _store.SynchronousRate = 0;
        WriteMany(3);

        Assert.Equal(["e1", "e2", "e3"], Texts(_store));
        Assert.Equal((3, 0), (_store.Written.LastIndex, _store.Durable.LastIndex));
    }

    [Fact]
    public void Hold_DelaysReadsUntilTheRelease()
    {
        WriteMany(3);
        _world.RunFor(TimeSpan.FromSeconds(1));
        _store.Hold();
        Task<ReadOnlyMemory<LogEntry>> read = _store.ReadAsync(1, int.MaxValue, long.MaxValue, Token).AsTask();
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.False(read.IsCompleted);

        _store.Release();
        _world.RunUntilIdle();

        Assert.True(read.IsCompletedSuccessfully);
    }

    [Fact]
    public void Hold_ThenRelease_DelaysWritesAndKeepsTheirOrder()
    {
        _store.Hold();
        Task[] writes = WriteMany(5);
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        Assert.Equal(5, _store.UnderWay);

        _store.Release();
        _world.Run(Task.WhenAll(writes));

        Assert.Equal(5, _store.Durable.LastIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    public void Crash_WithWritesUnderWay_LeavesTheDurablePrefix(int surviving)
    {
        _world.Run(_store.WriteAsync(Write(1, "kept", new HardState(4, "n2"))));
        _store.Hold();
        Task[] lost = [.. Enumerable.Range(2, 5).Select(i => _store.WriteAsync(Write(i, $"e{i}", new HardState(4 + i, null))).AsTask())];

        SimulatedLogStore restarted = _store.Crash(surviving);
        LogState state = Open(restarted);
        _world.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal(1 + surviving, state.LastIndex);
        Assert.Equal(surviving == 0 ? new HardState(4, "n2") : new HardState(5 + surviving, null), state.HardState);
        Assert.Equal(["kept", .. Enumerable.Range(2, surviving).Select(i => $"e{i}")], Texts(restarted));
        Assert.DoesNotContain(lost, write => write.IsCompleted);
    }

    [Fact]
    public void Crash_AfterASuffixWasReplacedInMemory_LeavesTheOldSuffix()
    {
        LogEntry[] entries = [SampleMessages.Entry("a"), SampleMessages.Entry("b"), SampleMessages.Entry("c")];
        _world.Run(_store.WriteAsync(new LogWrite(null, 1, entries)));
        _store.Hold();
        Task replaced = _store.WriteAsync(Write(2, "x")).AsTask();

        SimulatedLogStore restarted = _store.Crash();
        Open(restarted);

        Assert.False(replaced.IsCompleted);
        Assert.Equal(["a", "b", "c"], Texts(restarted));
    }

    [Fact]
    public void Crash_ThenAnyCallOnTheOldStore_NeverCompletes()
    {
        _store.Crash();
        Task[] calls =
        [
            _store.WriteAsync(Write(1, "x")).AsTask(),
            _store.ReadAsync(1, 1, 1, Token).AsTask(),
            _store.CloseAsync().AsTask(),
        ];

        _world.RunFor(TimeSpan.FromSeconds(10));

        Assert.DoesNotContain(calls, call => call.IsCompleted);
    }

    [Fact]
    public void FailNext_ForAWrite_FailsItAndAllLaterOnesButNoEarlierOne()
    {
        Task before = _store.WriteAsync(Write(1, "before")).AsTask();
        _store.FailNext(new IOException("disk full"));
        Task[] after = [.. Enumerable.Range(2, 10).Select(i => _store.WriteAsync(Write(2, $"e{i}")).AsTask())];

        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.True(before.IsCompletedSuccessfully);
        Assert.All(after, write => Assert.IsType<IOException>(write.Exception!.InnerException));
        Assert.Equal(1, _store.Durable.LastIndex);
    }

    [Fact]
    public void WriteAsync_ThatWouldLeaveAGap_Fails()
    {
        Task write = _store.WriteAsync(Write(3, "x")).AsTask();

        ArgumentException hole = Assert.Throws<ArgumentException>(() => _world.Run(write));

        Assert.Contains("gap", hole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CloseAsync_WithWritesUnderWay_WaitsForThem()
    {
        _store.Hold();
        Task[] writes = WriteMany(3);
        Task close = _store.CloseAsync().AsTask();
        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.False(close.IsCompleted);

        _store.Release();
        _world.Run(close);

        _world.Run(Task.WhenAll(writes));
        Assert.Equal(3, Open(_store).LastIndex);
    }

    [Fact]
    public void CompactAndReset_LikeWrites_TakeEffectInOrder()
    {
        _store.Hold();
        Task[] changes =
        [
            .. WriteMany(10),
            _store.CompactAsync(4).AsTask(),
            _store.ResetAsync(20, 7).AsTask(),
            _store.WriteAsync(Write(21, "x")).AsTask(),
        ];
        Assert.Equal(new LogState(default, 20, 7, 21, 1), _store.Written);

        Assert.Equal(new LogState(default, 4, 1, 10, 1), _store.Crash(survivingWrites: 11).Durable);
        Assert.DoesNotContain(changes, change => change.IsCompleted);
    }

    [Fact]
    public void OpenAsync_ByAnotherNode_Refuses()
    {
        SimulatedLogStore restarted = _store.Crash();

        Assert.Throws<StorageCorruptedException>(() => _world.Run(restarted.OpenAsync("raft", "n2", Token)));
        Assert.Throws<InvalidOperationException>(() => Open(_store));
    }
}
