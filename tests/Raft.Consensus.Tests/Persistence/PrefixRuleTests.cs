using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>
/// Writes are credited by their version, and a truncation takes credit back: from what is durable, and from every write
/// that is still under way. An index, even with its term, does not identify which of two writes of the same entry is meant.
/// </summary>
public sealed class PrefixRuleTests
{
    /// <summary>
    /// Entry (2, term 1) is written, replaced by one of term 2, and written again. The first write completes: an entry
    /// with that index and that term is durable. Yet the second write, already under way, will take it off the disk, so
    /// to acknowledge it on the strength of the first would promise what the next crash may break.
    /// </summary>
    [Fact]
    public void Follower_EntryReplacedAndBackAgain_IsNotDurableByItsFirstWrite()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 1, 1, 0, 1)); // 2:t1
        n1.Node.Receive(Make.Append("n3", 2, 1, 1, 0, 2)); // 2:t2 instead
        n1.Node.Receive(Make.Append("n2", 3, 1, 1, 0, 1)); // 2:t1 again: n2 had kept it
        Assert.Equal(3, n1.Disk.Pending.Count);

        n1.Disk.Complete(1);
        Assert.Equal([1, 1], n1.Disk.Log);
        Assert.Equal(1, n1.Module.DurableIndex);
        Assert.DoesNotContain(n1.TakeSent<AppendEntriesReplyMessage>(), reply => reply.Term == 3);

        n1.Disk.Complete(1);
        Assert.Equal([1, 2], n1.Disk.Log);
        Assert.Equal(1, n1.Module.DurableIndex);
        Assert.DoesNotContain(n1.TakeSent<AppendEntriesReplyMessage>(), reply => reply.Term == 3);

        n1.Disk.Complete(1);
        Assert.Equal([1, 1], n1.Disk.Log);
        Assert.Equal(2, n1.Module.DurableIndex);
        Assert.Contains(n1.TakeSent<AppendEntriesReplyMessage>(), reply => reply is { Term: 3, LastIndex: 2, Success: true });
    }

    /// <summary>A write that completes late must not be credited to what replaced it.</summary>
    [Fact]
    public void Follower_WriteOfTruncatedEntriesCompletes_CreditsOnlyWhatIsLeft()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 1, 1, 0, 1, 1, 1));
        n1.Node.Receive(Make.Append("n3", 2, 2, 1, 0, 2, 2));

        n1.Disk.Complete(1);
        Assert.Equal(2, n1.Module.DurableIndex);

        n1.Disk.Complete(1);
        Assert.Equal(4, n1.Module.DurableIndex);
    }

    [Fact]
    public void Follower_DurableEntriesTruncated_AreNoLongerDurable()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1, 1);
        Assert.Equal(3, n1.Module.DurableIndex);
        n1.Disk.Hold();

        n1.Node.Receive(Make.Append("n2", 2, 1, 1, 0, 2));

        Assert.Equal(1, n1.Module.DurableIndex);
    }

    [Fact]
    public void Persisted_ReportsOutOfOrderAndRepeated_AreTheSameAsInOrder()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, 1));
        n1.Node.Receive(Make.Append("n2", 1, 1, 1, 0, 1));
        n1.Node.Receive(Make.Append("n2", 1, 2, 1, 0, 1));
        n1.Disk.CompleteInSilence(3);

        n1.Node.Persisted(2);
        Assert.Equal((2, 2), (n1.Module.DurableIndex, n1.Module.DurableVersion));
        n1.Node.Persisted(1);
        Assert.Equal((2, 2), (n1.Module.DurableIndex, n1.Module.DurableVersion));
        n1.Node.Persisted(3);
        n1.Node.Persisted(3);
        n1.Node.Persisted(2);

        Assert.Equal((3, 3), (n1.Module.DurableIndex, n1.Module.DurableVersion));
        Assert.Equal([1L, 2L, 3L], n1.TakeSent<AppendEntriesReplyMessage>().Select(reply => reply.LastIndex));
    }

    /// <summary>Reports of old writes that come after a truncation.</summary>
    [Fact]
    public void Persisted_ReportedAfterATruncation_CreditsNothingAfterIt()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, 1, 1, 1));
        n1.Disk.CompleteInSilence(1);
        n1.Node.Receive(Make.Append("n3", 2, 1, 1, 0, 2, 2));

        n1.Node.Persisted(1);

        Assert.Equal(1, n1.Module.DurableIndex);
    }

    [Fact]
    public void Persisted_UnknownVersion_Throws()
    {
        SingleModule n1 = new();

        Assert.Throws<ConsensusInvariantException>(() => n1.Module.Persisted(1, TimeSpan.Zero));
    }

    [Fact]
    public void HardStateWrite_Completing_CreditsNoEntries()
    {
        DurabilityTracker tracker = new(durableIndex: 4);
        long vote = tracker.Issue(lastIndex: 4);
        long entries = tracker.Issue(lastIndex: 7);

        tracker.Persisted(vote);
        Assert.Equal(4, tracker.DurableIndex);

        tracker.Persisted(entries);
        Assert.Equal(7, tracker.DurableIndex);
    }
}
