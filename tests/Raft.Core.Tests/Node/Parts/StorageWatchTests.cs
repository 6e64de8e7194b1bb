namespace Raft.Tests.Node;

/// <summary>Work on the disk that makes no progress is detected, whatever it is, and reported at most once a minute.</summary>
public sealed class StorageWatchTests : IDisposable
{
    private const int Hangs = 124;
    private const int Recovered = 125;

    private readonly PartsLab _lab = new();
    private readonly StorageWatch _watch;

    public StorageWatchTests() => _watch = new StorageWatch(_lab.Context, _lab.Context.Storage);

    private TimeSpan Timeout => _lab.Settings.HangTimeout;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Check_NothingUnderWay_NeedsNoDeadline()
    {
        _watch.Check();

        Assert.Equal((null, TimeSpan.MaxValue), (_watch.Condition.Hang, _watch.NextDeadline));
    }

    [Theory]
    [InlineData(nameof(WorkKind.LogRead), HangingResource.LogStore, "reading the log from entry 5 on")]
    [InlineData(nameof(WorkKind.LogCompaction), HangingResource.LogStore, "dropping the log up to entry 9")]
    [InlineData(nameof(WorkKind.SnapshotWrite), HangingResource.SnapshotStore, "writing the snapshot up to entry 9")]
    [InlineData(nameof(WorkKind.ChunkWrite), HangingResource.SnapshotStore, "storing a part of the snapshot up to entry 9 from n2")]
    [InlineData(nameof(WorkKind.ChunkRead), HangingResource.SnapshotStore, "reading a part of its snapshot for n2")]
    public void Check_WorkUnderWayForTheTimeout_SaysWhatItIs(string kind, HangingResource resource, string work)
    {
        DateTimeOffset since = _lab.Clock.UtcNow;
        using StorageWork.OpenWork open = _lab.Context.Storage.Begin(new Work(Enum.Parse<WorkKind>(kind), 5, 9, "n2"));
        Assert.Equal(Timeout, _watch.NextDeadline); // although it has not been checked since
        _lab.Advance(Timeout);

        _watch.Check();

        Assert.Equal(new HangingWork(resource, work, since), _watch.Condition.Hang);
        Assert.Equal([Hangs], _lab.Logged);
    }

    /// <summary>The commit of a snapshot is one step without progress: its size tells whether the time is plausible.</summary>
    [Fact]
    public void Check_WorkThatProceeds_IsWatchedAnew()
    {
        using StorageWork.OpenWork open = _lab.Context.Storage.Begin(new Work(WorkKind.SnapshotWrite, LastIndex: 9));
        _lab.Advance(Timeout / 2);
        open.Proceed(new Work(WorkKind.SnapshotCommit, LastIndex: 9, Bytes: 77));
        _lab.Advance(Timeout / 2);
        _watch.Check();
        Assert.Null(_watch.Condition.Hang);

        _lab.Advance(Timeout / 2);
        _watch.Check();

        Assert.Equal("committing the 77 bytes of the snapshot up to entry 9", _watch.Condition.Hang?.Work);
    }

    [Fact]
    public void Check_HangThatLasts_IsReportedOnceAMinute()
    {
        using StorageWork.OpenWork open = _lab.Context.Storage.Begin(new Work(WorkKind.SnapshotWrite));
        for (int i = 0; i < 24; i++)
        {
            _lab.Advance(TimeSpan.FromSeconds(10));
            _watch.Check();
        }

        Assert.Equal([Hangs, Hangs, Hangs, Hangs], _lab.Logged);
    }

    [Fact]
    public void Check_WorkThatAdvances_DoesNotHang()
    {
        using StorageWork.OpenWork open = _lab.Context.Storage.Begin(new Work(WorkKind.SnapshotWrite));
        for (int i = 0; i < 5; i++)
        {
            _lab.Advance(Timeout - TimeSpan.FromTicks(1));
            open.Advance();
            _watch.Check();
        }

        Assert.Null(_watch.Condition.Hang);
        Assert.Empty(_lab.Logged);
    }

    [Fact]
    public void Check_NewWork_HidesNoOlderOne()
    {
        using StorageWork.OpenWork old = _lab.Context.Storage.Begin(new Work(WorkKind.SnapshotWrite, LastIndex: 9));
        for (int i = 0; i < 10; i++)
        {
            _lab.Advance(Timeout / 10);
            _lab.Context.Storage.Begin(new Work(WorkKind.LogRead, 1)).Dispose();
            using StorageWork.OpenWork other = _lab.Context.Storage.Begin(new Work(WorkKind.LogRead, 2));
            _watch.Check();
        }

        Assert.Equal("writing the snapshot up to entry 9", _watch.Condition.Hang?.Work);
    }

    [Fact]
    public void End_OfWorkThatHangs_WakesTheWorkerAndIsReported()
    {
        StorageWork.OpenWork open = _lab.Context.Storage.Begin(new Work(WorkKind.LogRead, 1));
        _lab.Advance(Timeout);
        _watch.Check();
        int wakes = _lab.Wakes;

        open.Dispose();
        _watch.Check();

        Assert.Equal(wakes + 1, _lab.Wakes);
        Assert.Null(_watch.Condition.Hang);
        Assert.Equal([Hangs, Recovered], _lab.Logged);
    }

    [Fact]
    public void End_OfWorkThatDoesNotHang_WakesNobody()
    {
        _lab.Context.Storage.Begin(new Work(WorkKind.LogRead, 1)).Dispose();

        Assert.Equal(0, _lab.Wakes);
    }
}
