using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// Dissertation, section 10.2.1: a leader streams without waiting for answers, but only so much, and only once it knows where the
/// logs agree.
/// </summary>
public sealed class InFlightTests
{
    [Fact]
    public void Leader_FollowerSilent_SendsAtMostTheWindow()
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumInFlightMessages = 4 });

        int sent = ProposeMany(n1, 20, bytes: 1);

        Assert.Equal(4, sent);
    }

    [Fact]
    public void Leader_OneAnswer_SendsTheRestInOneMessage()
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumInFlightMessages = 4 });
        n1.Node.Propose(new byte[1]);
        AppendEntriesMessage first = n1.TakeSent<AppendEntriesMessage>().Single();
        ProposeMany(n1, 9, bytes: 1);

        AppendEntriesMessage next =
            n1.Deliver(Make.Accept(first)).OfType<AppendEntriesMessage>().Single(append => append.Entries.Length > 0);

        Assert.Equal((5, 11), (next.PrevLogIndex, next.LastIndex));
    }

    [Theory]
    [InlineData(100, 10, 10)]
    [InlineData(100, 30, 4)] // the fourth is the one that fills it
    [InlineData(100, 500, 1)] // one message of any size goes
    public void Leader_FollowerSilent_SendsAtMostTheWindowsBytes(long window, int payload, int messages)
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumInFlightBytes = window });

        Assert.Equal(messages, ProposeMany(n1, 20, payload));
    }

    /// <summary>What was answered no longer counts: many times the window passes through it.</summary>
    [Fact]
    public void Leader_EveryMessageAnswered_SendsManyTimesTheWindowsBytes()
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumInFlightBytes = 100 });
        for (int i = 0; i < 100; i++)
        {
            n1.Node.Propose(new byte[30]);
            AppendEntriesMessage sent = Assert.Single(n1.TakeSent<AppendEntriesMessage>(), append => append.Entries.Length > 0);
            n1.Deliver(Make.Accept(sent));
        }

        Assert.Equal((0, 0L), (n1.Module.Followers[0].InFlightMessages, n1.Module.Followers[0].InFlightBytes));
    }

    [Fact]
    public void Leader_LongTail_CutsMessagesByEntries()
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumMessageEntries = 3 });
        int[] sizes = SizesOfABatch(n1, proposals: 8, bytes: 1);

        Assert.Equal(8, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, 1, 3));
    }

    [Fact]
    public void Leader_LongTail_CutsMessagesByBytesButSendsALargeEntryAlone()
    {
        SingleModule n1 = Streaming(Settings.Plain with { MaximumMessageBytes = 2 * (10 + ReplicatedLog.EntryOverhead) });

        Assert.Equal([2, 2, 1], SizesOfABatch(n1, proposals: 5, bytes: 10));
        Assert.Equal([1, 1], SizesOfABatch(n1, proposals: 2, bytes: 60));
    }

    [Fact]
    public void Leader_LogsNotKnownToAgree_SendsOneMessageAndWaits()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        Assert.Single(n1.TakeSent<AppendEntriesMessage>());

        Assert.Equal(0, ProposeMany(n1, 10, bytes: 1));
    }

    [Fact]
    public void Leader_ProbeLost_TriesAgainWithTheHeartbeat()
    {
        SingleModule n1 = new(voters: 2);
        n1.Lead();
        n1.TakeSent();
        ProposeMany(n1, 10, bytes: 1);

        AppendEntriesMessage heartbeat = Assert.IsType<AppendEntriesMessage>(Assert.Single(n1.Pass(TimeSpan.FromMilliseconds(200))));
        AppendEntriesMessage[] rest = [.. n1.Deliver(Make.Accept(heartbeat)).OfType<AppendEntriesMessage>()];

        Assert.Equal((0, 11), (rest[0].PrevLogIndex, rest[^1].LastIndex));
    }

    [Fact]
    public void InFlightWindow_AnswersInOrderAndOut_FreeWhatTheyCover()
    {
        InFlightWindow window = new(maximumMessages: 3, maximumBytes: 100);
        window.Add(lastIndex: 5, bytes: 40);
        window.Add(lastIndex: 9, bytes: 40);
        Assert.False(window.IsFull);
        window.Add(lastIndex: 12, bytes: 10);
        Assert.True(window.IsFull);

        window.FreeThrough(4);
        Assert.True(window.IsFull);
        window.FreeThrough(9);
        Assert.False(window.IsFull);
        window.Add(lastIndex: 20, bytes: 90);
        Assert.True(window.IsFull);
        window.FreeThrough(20);
        Assert.False(window.IsFull);
        window.Add(lastIndex: 30, bytes: 1_000);
        Assert.True(window.IsFull);
        window.Clear();
        Assert.False(window.IsFull);
    }

    /// <summary>A leader of two nodes whose follower has answered, so that messages are streamed.</summary>
    private static SingleModule Streaming(Settings settings)
    {
        SingleModule n1 = new(voters: 2, settings);
        n1.Lead();
        n1.Deliver(Make.Accept(n1.TakeSent<AppendEntriesMessage>().Single()));
        return n1;
    }

    /// <summary>Proposes one by one.</summary>
    /// <returns>How many messages with entries went out.</returns>
    private static int ProposeMany(SingleModule n1, int proposals, int bytes)
    {
        for (int i = 0; i < proposals; i++)
        {
            Assert.Equal(ProposeResult.Appended, n1.Node.Propose(new byte[bytes]));
        }

        return n1.TakeSent<AppendEntriesMessage>().Count(append => append.Entries.Length > 0);
    }

    private static int[] SizesOfABatch(SingleModule n1, int proposals, int bytes)
    {
        for (int i = 0; i < proposals; i++)
        {
            n1.Module.Propose(new byte[bytes], default, out _);
        }

        n1.Node.AdvanceTime();
        return [.. n1.TakeSent<AppendEntriesMessage>().Select(append => append.Entries.Length)];
    }
}
