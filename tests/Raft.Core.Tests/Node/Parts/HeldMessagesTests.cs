using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>Messages that wait for a write: in their order, and as many as there are different things to say.</summary>
public sealed class HeldMessagesTests
{
    private readonly HeldMessages _held = new();

    [Fact]
    public void Messages_OfSeveralWrites_LeaveInOrderOnceTheirsIsDurable()
    {
        Add(Accepted(1, lastIndex: 1), version: 5);
        Add(Accepted(2, lastIndex: 2), version: 6);
        Add(Accepted(3, lastIndex: 3), version: 7);

        Assert.Empty(Take(durable: 4));
        Assert.Equal([1, 2], Take(durable: 6));
        Assert.Equal(1, _held.Count);
        Assert.Equal([3], Take(durable: 9));
    }

    /// <summary>The term of this node is not durable, and its leader sends heartbeats.</summary>
    [Fact]
    public void AnswersToHeartbeats_OfOneWrite_AreOne()
    {
        for (int i = 1; i <= 1_000; i++)
        {
            Add(Accepted(i, lastIndex: 7), version: 5);
            Add(Rejected(i, to: "n3"), version: 5);
        }

        Assert.Equal(2, _held.Count);
        Assert.Equal([1_000, 1_000], Take(durable: 5));
    }

    [Fact]
    public void AnswerThatSaysLess_DoesNotReplace()
    {
        Add(Accepted(1, lastIndex: 7), version: 5);
        Add(Accepted(2, lastIndex: 6), version: 5);
        Add(Accepted(3, lastIndex: 7) with { IsStopping = true }, version: 5);
        Add(Accepted(4, lastIndex: 7) with { Term = 3 }, version: 5);
        Add(Accepted(5, lastIndex: 7, to: "n3"), version: 5);
        Add(Rejected(6), version: 5);
        Add(Rejected(7) with { ConflictIndex = 2 }, version: 5);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Take(durable: 5));
    }

    [Fact]
    public void AnswerThatNeedsALaterWrite_DoesNotReplace()
    {
        Add(Accepted(1, lastIndex: 7), version: 5);
        Add(Accepted(2, lastIndex: 7), version: 6);

        Assert.Equal([1], Take(durable: 5));
        Assert.Equal([2], Take(durable: 6));
    }

    [Fact]
    public void AnswersToCallersOfAHandler_AreAllKept()
    {
        Add(Accepted(-1, lastIndex: 7), version: 5);
        Add(Accepted(-2, lastIndex: 7), version: 5);

        Assert.Equal([-1, -2], Take(durable: 5));
    }

    [Fact]
    public void OtherMessagesThatAreRepeated_AreOneOfEachKind()
    {
        for (int i = 1; i <= 10; i++)
        {
            Add(Question(), version: 5);
            Add(Vote(i, isPreVote: true), version: 5);
            Add(Vote(i, isPreVote: false), version: 5);
        }

        Assert.Equal([1, 10, 10], Take(durable: 5));
    }

    [Fact]
    public void ManyMessages_ThatLeaveOneByOne_AreForgotten()
    {
        for (int i = 1; i <= 1_000; i++)
        {
            Add(Accepted(i, lastIndex: i), version: i);
            if (i > 3)
            {
                Assert.Equal([i - 3], Take(durable: i - 3));
            }
        }

        Assert.Equal(3, _held.Count);
    }

    private void Add(RaftMessage message, long version) => _held.Add(new OutgoingMessage(message, version));

    private List<long> Take(long durable)
    {
        List<long> taken = [];
        while (_held.TryTake(durable) is { } message)
        {
            taken.Add(message.Correlation);
        }

        return taken;
    }

    private static AppendEntriesReplyMessage Accepted(long correlation, long lastIndex, string to = "n2") => new()
    {
        From = "n1",
        To = to,
        Origin = Origins.Of(),
        Term = 2,
        Correlation = correlation,
        Success = true,
        PrevLogIndex = lastIndex,
        LastIndex = lastIndex,
    };

    private static AppendEntriesReplyMessage Rejected(long correlation, string to = "n2") =>
        Accepted(correlation, lastIndex: 7, to) with { Success = false, ConflictIndex = 1, ConflictTerm = 1 };

    private static ReadIndexRequestMessage Question() => new()
    {
        From = "n1",
        To = "n2",
        Origin = Origins.Of(),
        Term = 2,
        Correlation = 1,
        Moment = 3,
    };

    private static RequestVoteReplyMessage Vote(long correlation, bool isPreVote) => new()
    {
        From = "n1",
        To = "n3",
        Origin = Origins.Of(),
        Term = 2,
        Correlation = correlation,
        VoteGranted = false,
        IsPreVote = isPreVote,
    };
}
