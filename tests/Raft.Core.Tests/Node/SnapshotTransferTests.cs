using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>Followers that are brought up by a snapshot (section 7) while something is slow, or does not work at all.</summary>
public sealed class SnapshotTransferTests
{
    private const int Mebibyte = 1 << 20;

    /// <summary>
    /// One chunk a round trip would be 0.3 and 5 MiB a second. The window holds 64 chunks, and a quarter of 16 MiB.
    /// </summary>
    [Theory]
    [InlineData(16, 10)]
    [InlineData(256, 30)]
    public void Transfer_OverALinkWithARoundTripOf50Milliseconds_FillsTheLink(int chunkKibibytes, int mebibytesPerSecond)
    {
        using TransferLab lab = new(32 * Mebibyte, options => options.SnapshotChunkBytes = chunkKibibytes << 10);
        lab.Prepare(delay: TimeSpan.FromMilliseconds(25));
        lab.Reconnect();
        lab.World.RunUntil(() => lab.SentBytes > 0);
        TimeSpan begin = lab.World.Clock.Now;

        lab.World.RunUntil(() => lab.HasCaughtUp);

        double seconds = (lab.World.Clock.Now - begin).TotalSeconds;
        double rate = 32 / seconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{chunkKibibytes} KiB: {rate:F1} MiB/s, {lab.SentBytes >> 10} KiB sent");
        Assert.InRange(rate, mebibytesPerSecond, 1_000);
        Assert.InRange(lab.SentBytes, 32 * Mebibyte, 33 * Mebibyte);
    }

    /// <summary>A follower without a reason to hope is tried about 40 times an hour, and says why in as many lines as minutes.</summary>
    [Fact]
    public void Follower_StoreFailsOnCommit_CostsBoundedBytesAndLinesAnHour()
    {
        using TransferLab lab = new(Mebibyte);
        lab.Prepare();
        lab.StoreOfFar.FailsOnCommit = true;
        lab.Reconnect();

        lab.World.RunFor(TimeSpan.FromHours(1));

        Assert.InRange(lab.SentBytes, 30 * Mebibyte, 42 * Mebibyte);
        FakeLogRecord[] refused = lab.LogOfFar.Of(143);
        Assert.InRange(refused.Length, 25, 40);
        Assert.Equal("The disk is full.", refused[0].Exception?.Message);
        Assert.All(refused[1..], static record => Assert.Null(record.Exception));
        FakeLogRecord[] reported = lab.LogOfLeader.Of(146);
        Assert.InRange(reported.Length, 55, 61);
        Assert.Contains("its snapshot store has failed", reported[0].Message, StringComparison.Ordinal);
        Assert.InRange(lab.LogOfLeader.Of(148).Length, 55, 61);
        Assert.InRange(lab.LogOfFar.Of(132).Length, 55, 61);
        Assert.Equal([lab.Far.Raft.Id], lab.Leader.Status.FollowersWithoutProgress);
        Assert.True(lab.Far.Status.WaitsForLeader);
    }

    [Fact]
    public void Follower_StoreIsRepaired_CatchesUpWithinTwoMinutesAndSaysSo()
    {
        using TransferLab lab = new(Mebibyte);
        lab.Prepare();
        lab.StoreOfFar.FailsOnCommit = true;
        lab.Reconnect();
        lab.World.RunFor(TimeSpan.FromMinutes(20));
        Assert.False(lab.HasCaughtUp);

        lab.StoreOfFar.FailsOnCommit = false;
        lab.World.RunFor(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5));

        Assert.True(lab.HasCaughtUp);
        Assert.Single(lab.LogOfLeader.Of(147));
        Assert.Single(lab.LogOfLeader.Of(149));
        Assert.Single(lab.LogOfFar.Of(133));
        Assert.Contains("stores its leader's snapshots again", Assert.Single(lab.LogOfFar.Of(164)).Message, StringComparison.Ordinal);
        Assert.Empty(lab.Leader.Status.FollowersWithoutProgress);
        Assert.False(lab.Far.Status.WaitsForLeader);
    }

    /// <summary>Without a restart and without another snapshot, nothing has changed: the pauses stay.</summary>
    [Fact]
    public void Leader_CannotReadItsSnapshot_ReportsItOnceAMinuteAndTriesTheNextOneAtOnce()
    {
        using TransferLab lab = new(Mebibyte);
        lab.FailEveryRead = true; // before the leader opens its snapshot for the follower
        lab.Prepare();
        lab.Reconnect();
        lab.World.RunFor(TimeSpan.FromMinutes(30));

        FakeLogRecord[] unreadable = lab.LogOfLeader.Of(144);
        Assert.InRange(unreadable.Length, 12, 25);
        Assert.NotNull(unreadable[0].Exception);
        Assert.All(unreadable[1..], static record => Assert.Null(record.Exception));
        Assert.Contains("of the snapshot", lab.LogOfLeader.Of(148)[0].Message, StringComparison.Ordinal);
        Assert.NotEmpty(lab.LogOfFar.Of(132));

        lab.FailEveryRead = false;
        lab.Write(1);
        ValueTask<SnapshotInfo?> taken = lab.Leader.Raft.SnapshotAsync(TestContext.Current.CancellationToken);
        lab.World.RunUntil(() => taken.IsCompleted);
        lab.World.RunFor(TimeSpan.FromSeconds(3));

        Assert.True(lab.HasCaughtUp);
        Assert.Single(lab.LogOfLeader.Of(164));
    }

    [Fact]
    public void Follower_IsSilent_IsReportedWithThat()
    {
        using TransferLab lab = new(Mebibyte);
        lab.Prepare();

        lab.World.RunFor(TimeSpan.FromMinutes(5));

        FakeLogRecord[] reports = lab.LogOfLeader.Of(148);
        Assert.InRange(reports.Length, 4, 6);
        Assert.All(reports, static report => Assert.Contains("does not answer", report.Message, StringComparison.Ordinal));
        Assert.Empty(lab.LogOfLeader.Of(160)); // it is not known to be slow
    }

    /// <summary>A state of 1 MiB in chunks of 16 KiB, 1 MiB a second written, 50 ms a round trip: the log grows meanwhile.</summary>
    [Fact]
    public void Follower_FarBehindWhileMuchIsWritten_CatchesUp()
    {
        using TransferLab lab = new(Mebibyte, options =>
        {
            options.SnapshotChunkBytes = 16 << 10;
            options.SnapshotAfterBytes = Mebibyte;
        });
        lab.Prepare(delay: TimeSpan.FromMilliseconds(25));
        lab.Reconnect();

        lab.WriteFor(TimeSpan.FromSeconds(20));
        lab.World.RunFor(TimeSpan.FromSeconds(2));

        Assert.True(lab.HasCaughtUp);
        Assert.InRange(lab.SentBytes, 1_000_000, 3 * Mebibyte);
        Assert.Empty(lab.LogOfLeader.Of(160));
    }

    /// <summary>
    /// One chunk a round trip: the transfer takes as long as three more snapshots of the leader, and its entries are kept until then.
    /// </summary>
    [Fact]
    public void Log_WhileASnapshotIsSent_IsKeptUntilTheFollowerHasCaughtUp()
    {
        using TransferLab lab = new(Mebibyte, options =>
        {
            options.SnapshotChunkBytes = 16 << 10;
            options.SnapshotAfterBytes = Mebibyte;
            options.MaximumInFlightMessages = 1;
        });
        lab.Prepare(delay: TimeSpan.FromMilliseconds(25));
        lab.Reconnect();

        lab.WriteFor(TimeSpan.FromSeconds(10));
        lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.True(lab.HasCaughtUp);
        Assert.InRange(lab.SentBytes, 1_000_000, 1_200_000);
    }

    /// <summary>One chunk a round trip and no log kept for transfers: the log is cut off again and again, and the leader says so.</summary>
    [Fact]
    public void Follower_CannotCatchUp_IsReportedWithFiguresUntilItHas()
    {
        using TransferLab lab = new(Mebibyte, options =>
        {
            options.SnapshotChunkBytes = 16 << 10;
            options.SnapshotAfterBytes = Mebibyte;
            options.MaximumInFlightMessages = 1;
            options.SnapshotTransferLogBytes = 0;
        });
        lab.Prepare(delay: TimeSpan.FromMilliseconds(25));
        lab.Reconnect();

        lab.WriteFor(TimeSpan.FromSeconds(30));

        FakeLogRecord report = lab.LogOfLeader.Of(160)[0];
        Assert.Equal("3", RecordingLoggerFactory.Value(report, "Times"));
        Assert.InRange(int.Parse(RecordingLoggerFactory.Value(report, "StoredPerSecond")!, null), 100_000, 500_000);
        Assert.InRange(int.Parse(RecordingLoggerFactory.Value(report, "WrittenPerSecond")!, null), 200_000, 2_000_000);
        lab.World.RunFor(TimeSpan.FromSeconds(20));
        Assert.True(lab.HasCaughtUp);
        Assert.Single(lab.LogOfLeader.Of(161));
    }
}
