using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>Section 5.3, Figure 2: a follower refuses entries unless its log holds the entry before them.</summary>
public sealed class ConsistencyCheckTests
{
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 1, true)]
    [InlineData(2, 2, true)]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, false)]
    [InlineData(3, 2, false)]
    [InlineData(3, 3, false)]
    [InlineData(2, 3, false)]
    [InlineData(9, 1, false)]
    public void Follower_EmptyAppend_AcceptsOnlyWhereItsLogAgrees(long prevIndex, long prevTerm, bool accepted)
    {
        SingleModule n1 = Follower();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 2, prevIndex, prevTerm, 1));

        Assert.Equal((accepted, 2, prevIndex), (reply.Success, reply.Term, reply.PrevLogIndex));
        Assert.Equal(accepted ? prevIndex : 2, reply.LastIndex);
        Assert.Equal(("n2", RaftRole.Follower), (n1.Module.Leader?.Value, n1.Module.Role));
        Assert.Equal([1, 2], n1.Node.Log);
        if (!accepted)
        {
            Assert.InRange(reply.ConflictIndex, 0, 2);
            Assert.Equal(n1.Module.TermAt(reply.ConflictIndex), reply.ConflictTerm);
            Assert.True(reply.ConflictIndex < prevIndex || reply.ConflictTerm < prevTerm);
        }
    }

    /// <summary>
    /// The hint is the follower's last entry, at or below the one asked for, whose term could still agree with the leader's log.
    /// </summary>
    [Theory]
    [InlineData(9, 9, 6, 4)]
    [InlineData(9, 4, 6, 4)]
    [InlineData(9, 3, 4, 2)]
    [InlineData(5, 3, 4, 2)]
    [InlineData(4, 1, 2, 1)]
    [InlineData(6, 1, 2, 1)]
    [InlineData(3, 4, 3, 2)]
    public void Follower_Rejection_NamesTheLastEntryThatMayAgree(long prevIndex, long prevTerm, long hintIndex, long hintTerm)
    {
        SingleModule n1 = SingleModule.Follower(9, 1, 1, 2, 2, 4, 4);

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 9, prevIndex, prevTerm, 0));

        Assert.Equal((false, hintIndex, hintTerm), (reply.Success, reply.ConflictIndex, reply.ConflictTerm));
    }

    [Fact]
    public void Follower_EmptyLog_RejectsWithTheStartOfTheLog()
    {
        SingleModule n1 = new();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 3, 5, 3, 5, 3));

        Assert.Equal((false, 0, 0, 0), (reply.Success, reply.ConflictIndex, reply.ConflictTerm, reply.LastIndex));
        Assert.Equal(0, n1.Module.CommitIndex);
    }

    [Fact]
    public void Follower_Reply_CarriesTheNumberOfItsRequest()
    {
        SingleModule n1 = Follower();

        Assert.Equal(71, n1.Deliver(Make.Append("n2", 2, 2, 2, 0) with { Correlation = 71 }).Correlation);
        Assert.Equal(72, n1.Deliver(Make.Append("n2", 2, 5, 2, 0) with { Correlation = 72 }).Correlation);
        Assert.Equal(73, n1.Deliver(Make.Append("n2", 1, 2, 2, 0) with { Correlation = 73 }).Correlation);
    }

    private static SingleModule Follower()
    {
        SingleModule n1 = SingleModule.Follower(2, 1, 2);
        n1.Module.RecoverCommit(1);
        return n1;
    }
}
