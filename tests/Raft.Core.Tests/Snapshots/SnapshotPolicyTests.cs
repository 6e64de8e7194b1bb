namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotPolicyTests
{
    private static SnapshotPolicy Policy(
        long afterEntries = 100, long afterBytes = 64_000, long trailing = 10, bool automatic = true, long? transferLog = null)
    {
        RaftNodeOptions options = new()
        {
            SnapshotAfterEntries = afterEntries,
            SnapshotAfterBytes = afterBytes,
            TrailingEntries = trailing,
            AutomaticSnapshots = automatic,
            SnapshotTransferLogBytes = transferLog,
        };
        return new SnapshotPolicy(new NodeSettings("n1", initialTerm: 0, options, new RaftNodePorts()));
    }

    private static void HandOver(SnapshotPolicy policy, long from, long through, long bytesEach)
    {
        for (long index = from; index <= through; index++)
        {
            policy.OnHandedOver(index, bytesEach);
        }
    }

    private static SnapshotInfo Snapshot(long index, long length) => new(index, 1, default, length);

    [Fact]
    public void IsDue_AfterTheConfiguredNumberOfEntries()
    {
        SnapshotPolicy policy = Policy(afterEntries: 100);
        HandOver(policy, 1, 100, bytesEach: 1);

        Assert.False(policy.IsDue(0));
        Assert.False(policy.IsDue(99)); // of what was handed over, so much is applied
        Assert.True(policy.IsDue(100));
    }

    [Fact]
    public void IsDue_AfterTheConfiguredNumberOfBytes()
    {
        SnapshotPolicy policy = Policy(afterEntries: long.MaxValue, afterBytes: 64_000);
        HandOver(policy, 1, 63, bytesEach: 1_000);
        Assert.False(policy.IsDue(63));
        HandOver(policy, 64, 64, bytesEach: 1_000);
        Assert.True(policy.IsDue(64));
    }

    [Theory]
    [InlineData(50, 100, true)]
    [InlineData(51, 100, false)] // half of the entries that make a snapshot due
    [InlineData(50, 640, true)]
    [InlineData(50, 641, false)] // half of the bytes
    [InlineData(1, 1_000, false)] // too many bytes have come already
    public void MayWaitFor_AFewEntriesMore(long entries, long bytesEach, bool mayWait)
    {
        SnapshotPolicy policy = Policy(afterEntries: 100, afterBytes: 64_000);
        HandOver(policy, 1, 100, bytesEach);

        Assert.Equal(mayWait, policy.MayWaitFor(entries, appliedIndex: 100));
    }

    [Fact]
    public void IsDue_WhereSnapshotsAreNotAutomatic_Never()
    {
        SnapshotPolicy policy = Policy(afterEntries: 1, afterBytes: 1, automatic: false);
        HandOver(policy, 1, 100, bytesEach: 1_000);
        Assert.False(policy.IsDue(100));
    }

    [Fact]
    public void IsDue_AfterALargeSnapshot_NotBeforeTheLogIsAsLarge()
    {
        SnapshotPolicy policy = Policy(afterEntries: 100, afterBytes: 64_000);
        HandOver(policy, 1, 100, bytesEach: 100);
        policy.OnLatest(Snapshot(100, length: 500_000));
        HandOver(policy, 101, 5_090, bytesEach: 100);
        Assert.False(policy.IsDue(5_090)); // 499,000 bytes

        HandOver(policy, 5_091, 5_110, bytesEach: 100);
        Assert.True(policy.IsDue(5_110));
    }

    [Fact]
    public void IsDue_AfterOneThatFailed_CountsFromThere()
    {
        SnapshotPolicy policy = Policy(afterEntries: 100);
        HandOver(policy, 1, 250, bytesEach: 1);
        policy.OnBegun(120);

        Assert.False(policy.IsDue(219));
        Assert.True(policy.IsDue(220));
    }

    [Fact]
    public void IsDue_AfterOneThatWasReceived_CountsFromThere()
    {
        SnapshotPolicy policy = Policy(afterEntries: 100);
        HandOver(policy, 1, 50, bytesEach: 1);
        policy.OnLatest(Snapshot(1_000, length: 10)); // nothing up to there was handed over
        Assert.False(policy.IsDue(1_000));
        HandOver(policy, 1_001, 1_100, bytesEach: 1);
        Assert.True(policy.IsDue(1_100));
    }

    [Fact]
    public void IsDue_AllocatesNothing()
    {
        SnapshotPolicy policy = Policy(afterEntries: long.MaxValue, afterBytes: long.MaxValue);
        HandOver(policy, 1, 10_000, bytesEach: 1_000);
        bool due = policy.IsDue(10_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 1_000; i++)
        {
            due |= policy.IsDue(i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(due);
    }

    [Fact]
    public void CompactThrough_KeepsTheConfiguredNumberOfEntries()
    {
        SnapshotPolicy policy = Policy(trailing: 10);
        HandOver(policy, 1, 100, bytesEach: 1);
        Assert.Equal(90, policy.CompactThrough(100, neededAfter: null));
        Assert.Equal(0, Policy(trailing: 10).CompactThrough(5, neededAfter: null)); // nothing is dropped
        Assert.Equal(5, Policy(trailing: 0).CompactThrough(5, neededAfter: null));
    }

    [Fact]
    public void CompactThrough_KeepsNoMoreBytesThanASnapshotIsTakenAfter()
    {
        SnapshotPolicy policy = Policy(afterBytes: 64_000, trailing: 1_000);
        HandOver(policy, 1, 200, bytesEach: 1_000);
        Assert.InRange(policy.CompactThrough(200, neededAfter: null), 136, 138); // 64 entries, or a mark fewer
    }

    [Fact]
    public void CompactThrough_WhileAFollowerIsSentAnEarlierOne_KeepsWhatItNeedsNext()
    {
        SnapshotPolicy policy = Policy(afterEntries: 100, trailing: 10);
        HandOver(policy, 1, 200, bytesEach: 1);
        Assert.Equal(100, policy.CompactThrough(200, neededAfter: 100));
        Assert.Equal(190, policy.CompactThrough(200, neededAfter: 195)); // it has all that it needs in the tail
    }

    [Fact]
    public void CompactThrough_WhileAFollowerIsSentAVeryOldOne_KeepsFourPeriodsMore()
    {
        SnapshotPolicy policy = Policy(afterEntries: 1_000_000, afterBytes: 64_000, trailing: 1_000_000);
        HandOver(policy, 1, 1_000, bytesEach: 1_000);
        Assert.InRange(policy.CompactThrough(1_000, neededAfter: 100), 1_000 - (5 * 64), 1_000 - (5 * 64) + 4);
    }

    [Fact]
    public void CompactThrough_WhereSnapshotsAreLarge_KeepsTwiceTheirSizeMore()
    {
        // A snapshot of 500 KB is due after 5,000 entries and not after 100. Kept only 100 back, the log would be cut off
        // before any follower could continue from the snapshot that it is being sent.
        static long CompactThrough(long neededAfter)
        {
            SnapshotPolicy policy = Policy(afterEntries: 100, afterBytes: 64_000, trailing: 10);
            HandOver(policy, 1, 20_000, bytesEach: 100);
            policy.OnLatest(Snapshot(20_000, length: 500_000));
            return policy.CompactThrough(20_000, neededAfter);
        }

        Assert.Equal(10_100, CompactThrough(neededAfter: 10_100));
        Assert.InRange(CompactThrough(neededAfter: 1), 9_970, 10_000);
    }

    [Theory]
    [InlineData(0, 190, 190)]
    [InlineData(20_000, 170, 172)]
    [InlineData(1_000_000, 5, 5)]
    public void CompactThrough_WithABoundForTransfers_KeepsNoMoreThanThat(long bound, long lowest, long highest)
    {
        SnapshotPolicy policy = Policy(trailing: 10, transferLog: bound);
        HandOver(policy, 1, 200, bytesEach: 1_000);
        Assert.InRange(policy.CompactThrough(200, neededAfter: 5), lowest, highest);
    }

    [Fact]
    public void CompactThrough_WithTheLargestNumbers_DoesNotOverflow()
    {
        SnapshotPolicy policy = Policy(afterEntries: long.MaxValue, afterBytes: long.MaxValue, trailing: long.MaxValue);
        HandOver(policy, 1, 100, bytesEach: 1_000);
        policy.OnLatest(Snapshot(100, length: long.MaxValue));
        Assert.InRange(policy.CompactThrough(100, neededAfter: 1), long.MinValue, 0);
    }
}
