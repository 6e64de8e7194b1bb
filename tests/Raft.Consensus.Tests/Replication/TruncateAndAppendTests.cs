using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Figure 2, AppendEntries, rules 3 and 4: only a conflict deletes, and only what is missing is appended.</summary>
public sealed class TruncateAndAppendTests
{
    public static TheoryData<long, long, long[], long[], long?> Cases { get; } = new()
    {
        // previous index, previous term, entries, resulting log, first index written (null: nothing is)
        { 2, 2, [3], [1, 2, 3], 3 },
        { 1, 1, [3, 4], [1, 3, 4], 2 },
        { 0, 0, [1], [1, 2], null },
        { 0, 0, [1, 2], [1, 2], null },
        { 1, 1, [2], [1, 2], null },
        { 0, 0, [], [1, 2], null },
        { 0, 0, [3], [3], 1 },
        { 0, 0, [1, 3], [1, 3], 2 },
        { 0, 0, [1, 2, 2, 4], [1, 2, 2, 4], 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Follower_Entries_DeletesOnlyConflictsAndAppendsOnlyWhatIsMissing(
        long prevIndex,
        long prevTerm,
        long[] entries,
        long[] log,
        long? firstWritten)
    {
        SingleModule n1 = SingleModule.Follower(4, 1, 2);
        n1.Disk.Hold();

        n1.Node.Receive(Make.Append("n2", 4, prevIndex, prevTerm, 0, entries));

        Assert.Equal(log, n1.Node.Log);
        Assert.Equal(firstWritten, n1.Disk.Pending.Count == 0 ? null : Assert.Single(n1.Disk.Pending).FirstIndex);
        n1.Disk.Release();
        Assert.Equal(log, n1.Disk.Log);
        AppendEntriesReplyMessage reply = Assert.Single(n1.TakeSent<AppendEntriesReplyMessage>());
        Assert.Equal((true, prevIndex + entries.Length), (reply.Success, reply.LastIndex));
    }

    [Fact]
    public void Follower_DuplicateOfAnOlderAppend_KeepsWhatFollowed()
    {
        SingleModule n1 = new();
        AppendEntriesMessage first = Make.Append("n2", 1, 0, 0, 0, 1, 1);
        n1.Deliver(first);
        n1.Deliver(Make.Append("n2", 1, 2, 1, 0, 1, 1));
        int writes = n1.Disk.WriteCount;

        AppendEntriesReplyMessage reply = n1.Deliver(first);

        Assert.Equal((true, 2), (reply.Success, reply.LastIndex));
        Assert.Equal([1, 1, 1, 1], n1.Node.Log);
        Assert.Equal(writes, n1.Disk.WriteCount);
    }

    [Fact]
    public void Follower_TruncatedTwice_DiskAndLogAgree()
    {
        SingleModule n1 = new();
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, 1, 1, 1, 1));
        n1.Node.Receive(Make.Append("n3", 2, 3, 1, 0, 2, 2));
        n1.Node.Receive(Make.Append("n2", 3, 1, 1, 0, 3));

        n1.Disk.Release();

        Assert.Equal([1, 3], n1.Node.Log);
        Assert.Equal([1, 3], n1.Disk.Log);
        Assert.Equal(2, n1.Module.DurableIndex);
    }

    /// <summary>Several appends and a truncation in one batch: what was truncated is never written, nor anything twice.</summary>
    [Fact]
    public void Follower_TruncationWithinABatch_WritesOnlyTheResult()
    {
        SingleModule n1 = new(log: [1], term: 1);
        n1.Disk.Hold();

        n1.Node.ReceiveTogether(Make.Append("n2", 1, 1, 1, 0, 1, 1), Make.Append("n3", 2, 2, 1, 0, 2), Make.Append("n3", 2, 3, 2, 0, 2));

        Assert.Equal([1, 2, 2], n1.Disk.Pending.SelectMany(write => write.Entries.ToArray()).Select(entry => entry.Term));
        Assert.Equal((2, new HardState(2, null)), (n1.Disk.Pending[0].FirstIndex, n1.Disk.Pending[0].HardState));
    }

    /// <summary>
    /// Section 5.4, Leader Completeness: a leader that contradicts a committed entry cannot be a correct one, and the node must not
    /// continue.
    /// </summary>
    [Fact]
    public void Follower_LeaderContradictsACommittedEntry_Throws()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 2, 1, 1, 1));

        ConsensusInvariantException thrown =
            Assert.Throws<ConsensusInvariantException>(() => n1.Node.Receive(Make.Append("n3", 2, 1, 1, 0, 2)));

        Assert.Contains("committed", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Follower_LeaderReplacesTheFirstUncommittedEntry_DoesNotThrow()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 1, 0, 0, 2, 1, 1, 1));

        n1.Deliver(Make.Append("n3", 2, 2, 1, 2, 2));

        Assert.Equal([1, 1, 2], n1.Node.Log);
    }
}
