namespace Raft.Consensus.Tests.Snapshots;

/// <summary>When a transfer that failed is tried again: less and less often, and at once when there is a reason to hope.</summary>
public sealed class TransferBackoffTests
{
    private static readonly SnapshotIdentity First = new(10, 4, 1);
    private static readonly SnapshotIdentity Second = new(20, 4, 2);
    private static readonly StoreIdentity Store = new(new Guid("11111111-1111-1111-1111-111111111111"), 1);

    private readonly TransferBackoff _backoff = new(TimeSpan.FromSeconds(1));

    [Fact]
    public void OnFailed_Repeatedly_DoublesThePauseUpToTwoMinutes()
    {
        double[] pauses = [.. Enumerable.Range(0, 9).Select(_ => Fail(First).TotalSeconds)];

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 120, 120], pauses);
        Assert.Equal((9, SnapshotReplyReason.StoreFailed), (_backoff.Failures, _backoff.Reason));
    }

    [Fact]
    public void OnProgress_SameSnapshotComesFurther_StartsFromTheShortestPause()
    {
        _backoff.OnProgress(First, 100);
        Fail(First);
        _backoff.OnProgress(First, 100);
        Assert.Equal(2, Fail(First).TotalSeconds);

        _backoff.OnProgress(First, 101);

        Assert.Equal((0, TimeSpan.MinValue), (_backoff.Failures, _backoff.Until));
        Assert.Equal(1, Fail(First).TotalSeconds);
    }

    /// <summary>The state grows, and each snapshot of it is refused at its end.</summary>
    [Fact]
    public void OnProgress_LaterSnapshotComesFurther_ChangesNothing()
    {
        for (int attempt = 1; attempt <= 6; attempt++)
        {
            SnapshotIdentity snapshot = new(attempt / 2, 4, 1);
            _backoff.OnProgress(snapshot, 100 + attempt / 2);
            Fail(snapshot);
        }

        Assert.Equal(6, _backoff.Failures);
    }

    [Fact]
    public void OnStore_FollowerHasRestarted_TriesAtOnce()
    {
        _backoff.OnStore(Store);
        Fail(First);
        _backoff.OnStore(Store);
        _backoff.OnStore(null);
        Assert.Equal(1, _backoff.Failures);

        _backoff.OnStore(Store with { Opening = 2 });

        Assert.Equal((0, TimeSpan.MinValue), (_backoff.Failures, _backoff.Until));
    }

    [Theory]
    [InlineData(SnapshotReplyReason.ChecksumWrong, 0)]
    [InlineData(null, 0)]
    [InlineData(SnapshotReplyReason.StoreFailed, 1)]
    [InlineData(SnapshotReplyReason.NoStore, 1)]
    public void OnNewSnapshot_HelpsWhereTheOldOneWasAtFault(SnapshotReplyReason? reason, int failures)
    {
        _backoff.OnFailed(reason, First, TimeSpan.Zero);

        _backoff.OnNewSnapshot();

        Assert.Equal(failures, _backoff.Failures);
    }

    [Fact]
    public void OnProgress_AfterASnapshotThatCouldNotBeOpened_StartsFromTheShortestPause()
    {
        _backoff.OnFailed(null, null, TimeSpan.Zero);

        _backoff.OnProgress(Second, 1);

        Assert.Equal(0, _backoff.Failures);
    }

    private TimeSpan Fail(SnapshotIdentity snapshot)
    {
        _backoff.OnFailed(SnapshotReplyReason.StoreFailed, snapshot, TimeSpan.FromSeconds(7));
        return _backoff.Until - TimeSpan.FromSeconds(7);
    }
}
