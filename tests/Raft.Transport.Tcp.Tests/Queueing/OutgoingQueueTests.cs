using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>The order and the bounds of what waits for a peer.</summary>
public sealed class OutgoingQueueTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    private readonly SimulatedClock _clock = new();
    private readonly TestReceiver _n1 = new("n1", []);
    private readonly LocalNode _node;
    private readonly DropCounter _counters = new();
    private readonly Action _wake;
    private int _wakes;

    public OutgoingQueueTests()
    {
        _node = new LocalNode(_n1, _n1.Origin);
        _wake = () => _wakes++;
    }

    [Fact]
    public void AppendEntries_KeepTheirOrder_EmptyOnesToo()
    {
        OutgoingQueue queue = Create();
        for (int i = 0; i < 20; i++)
        {
            Add(queue, Messages.Append(_n1, "n2", i, entries: i % 2, size: 10));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(static i => (long)i), Take(queue).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Votes_OvertakeTheLog()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Append(_n1, "n2", 1, entries: 1, size: 10));
        Add(queue, Messages.Reply(_n1, "n2", 2));
        Add(queue, Messages.Vote(_n1, "n2", 3));
        Add(queue, new TimeoutNowMessage
        {
            From = "n1",
            To = "n2",
            Origin = _n1.Origin,
            Term = 1,
            Correlation = 4,
            LastLogIndex = 1,
            LastLogTerm = 1,
        });

        Assert.Equal([3, 4, 1, 2], Take(queue).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Messages_BeyondTheBounds_AreRefused()
    {
        OutgoingQueue queue = Create(messages: 3, bytes: 1_000);

        Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 1), 600));
        Assert.Equal(QueueOutcome.Full, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 2), 600));
        Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 3), 100));
        Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 4), 100));
        Assert.Equal(QueueOutcome.Full, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 5), 100));
        Assert.Equal(3, queue.Count);
        Assert.Equal(800, queue.Bytes);

        Take(queue);
        Assert.Equal(0, queue.Count);
        Assert.Equal(0, queue.Bytes);
        Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 6), 5_000)); // larger than the bound, alone
    }

    [Fact]
    public void Entries_ThatHaveWaitedTooLong_AreDroppedWithThoseAfterThem()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Append(_n1, "n2", 1, entries: 1, size: 10));
        Add(queue, Messages.Heartbeat(_n1, "n2", 2));
        _clock.AdvanceBy(Delay);
        Add(queue, Messages.Append(_n1, "n2", 3, entries: 1, size: 10)); // in time, but it would leave a gap
        Add(queue, Messages.Append(_n1, "n3", 4, entries: 1, size: 10)); // for another node
        _clock.AdvanceBy(TimeSpan.FromMilliseconds(1));

        Assert.Equal([2, 4], Take(queue).Select(static item => item.Message!.Correlation));
        Assert.Equal(2, _counters.Dropped);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void Entries_ThatFillTheQueue_LeaveRoomForHeartbeatsAndVotes()
    {
        OutgoingQueue queue = Create(messages: 80, bytes: 8_000);
        int entries = 0;
        while (queue.TryAdd(_node, Messages.Append(_n1, "n2", entries, entries: 1, size: 10), 100) == QueueOutcome.Added)
        {
            entries++;
        }

        Assert.Equal(70, entries);
        for (int i = 0; i < 10; i++)
        {
            Add(queue, i % 2 == 0 ? Messages.Heartbeat(_n1, "n2", i) : Messages.Vote(_n1, "n2", i));
        }

        Assert.Equal(QueueOutcome.Full, queue.TryAdd(_node, Messages.Heartbeat(_n1, "n2", 1), 100));
        Assert.Equal((80, 8_000), (queue.Count, queue.Bytes));
    }

    [Fact]
    public void Entries_LargerThanTheBound_LeaveRoomForHeartbeats()
    {
        OutgoingQueue queue = Create(bytes: 8_000);
        Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, Messages.Append(_n1, "n2", 1, entries: 1, size: 10), 20_000));

        Add(queue, Messages.Heartbeat(_n1, "n2", 2));

        Assert.Equal(QueueOutcome.Full, queue.TryAdd(_node, Messages.Append(_n1, "n2", 3, entries: 1, size: 10), 100));
        Assert.Equal([1, 2], Take(queue).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Entries_ThatAreLate_MakeRoom_AlthoughNothingIsSent()
    {
        OutgoingQueue queue = Create(messages: 16);
        for (int i = 0; i < 14; i++)
        {
            Add(queue, Messages.Append(_n1, "n2", i, entries: 1, size: 10));
        }

        Assert.Equal(QueueOutcome.Full, queue.TryAdd(_node, Messages.Append(_n1, "n3", 20, entries: 1, size: 10), 100));
        _clock.AdvanceBy(Delay);

        Add(queue, Messages.Append(_n1, "n3", 21, entries: 1, size: 10));

        Assert.Equal(1, queue.Count);
        Assert.Equal(14, _counters.Dropped);
        Assert.Equal([21], Take(queue).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Entries_BetweenManyNodes_AreDroppedTogether_AndThoseInTimeStay()
    {
        OutgoingQueue queue = Create(messages: 4_000);
        for (int i = 0; i < 1_000; i++)
        {
            Add(queue, Messages.Append(_n1, $"n{i}", i, entries: 1, size: 1));
        }

        _clock.AdvanceBy(Delay);
        for (int i = 0; i < 1_500; i++)
        {
            Add(queue, Messages.Append(_n1, $"n{i}", i, entries: 1, size: 1));
        }

        Assert.Equal(
            Enumerable.Range(1_000, 500).Select(static i => (long)i), Take(queue).Select(static item => item.Message!.Correlation));
        Assert.Equal(2_000, _counters.Dropped);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void Counters_AreCalledOnNoLock()
    {
        OutgoingQueue? queue = null;
        bool isFree = false;
        CallbackCounter counters = new(() => isFree = Task.Run(() => queue!.Count).Wait(Wait.Limit));
        queue = new OutgoingQueue(new QueueLimits(10, 1_000, Delay), _clock, counters);
        queue.Attach(_wake, []);
        Add(queue, Messages.Append(_n1, "n2", 1, entries: 1, size: 10));
        _clock.AdvanceBy(2 * Delay);

        Assert.Empty(Take(queue));

        Assert.True(isFree, "The lock of the queue was held.");
    }

    [Fact]
    public void DropTo_DropsWhatWaitsForANode_ExceptVotes()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        Add(queue, Messages.Heartbeat(_n1, "n3", 2));
        Add(queue, Messages.Append(_n1, "n2", 3, entries: 1, size: 10));
        Add(queue, Messages.Vote(_n1, "n2", 4));

        Assert.Equal(2, queue.DropTo(new NodeKey(_n1.Origin.ClusterId, "n2")));

        Assert.Equal(2, queue.Count);
        Assert.Equal(200, queue.Bytes);
        Assert.Equal([4, 2], Take(queue).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Connection_IsWokenOnceUntilItHasFoundNothing()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        Add(queue, Messages.Heartbeat(_n1, "n2", 2));
        Assert.Equal(1, _wakes);

        Assert.Equal(2, Take(queue).Count);
        Assert.Empty(Take(queue));
        Add(queue, Messages.Heartbeat(_n1, "n2", 3));

        Assert.Equal(2, _wakes);
    }

    [Fact]
    public void Messages_ThatWait_SurviveTheConnection_AnnouncementsComeFirst()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        queue.AddControl(FrameKind.Ping, PingNumber.Encode(1));
        queue.Detach(_wake);
        Add(queue, Messages.Vote(_n1, "n2", 2));

        queue.Attach(_wake, [_node.Announcement]);

        List<QueuedItem> items = Take(queue);
        Assert.Equal(FrameKind.Announce, items[0].Kind);
        Assert.Equal([2, 1], items.Skip(1).Select(static item => item.Message!.Correlation));
    }

    [Fact]
    public void Withdrawal_ComesAfterTheMessagesOfTheNode_AndNothingAfterIt()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        _ = _node.CloseAsync();
        queue.Withdraw(_node, NodeName.Encode(_node.Key));

        Assert.Equal(QueueOutcome.Closed, queue.TryAdd(_node, Messages.Vote(_n1, "n2", 2), 10));
        Assert.Equal([(FrameKind)0, FrameKind.Withdraw], Take(queue).Select(static item => item.Kind));
    }

    [Fact]
    public void Announcement_OfANodeThatHasStopped_IsLeftOut()
    {
        OutgoingQueue queue = Create();
        _ = _node.CloseAsync();
        queue.Withdraw(_node, NodeName.Encode(_node.Key));

        queue.Announce(_node, _node.Announcement.Payload!);

        Assert.Equal([FrameKind.Withdraw], Take(queue).Select(static item => item.Kind));
    }

    [Fact]
    public void Announcement_WhileTheWithdrawalWaits_CancelsIt()
    {
        OutgoingQueue queue = Create();
        queue.Withdraw(_node, NodeName.Encode(_node.Key));
        LocalNode again = new(_n1, _n1.Origin);

        queue.Announce(again, again.Announcement.Payload!);

        Assert.Equal([FrameKind.Announce], Take(queue).Select(static item => item.Kind));
    }

    [Fact]
    public void Attach_WithMessagesOfANodeThatIsNotAnnounced_DropsThem()
    {
        OutgoingQueue queue = Create();
        queue.Detach(_wake);
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        Add(queue, Messages.Vote(_n1, "n2", 2));
        LocalNode again = new(_n1, _n1.Origin);

        queue.Attach(_wake, [again.Announcement]);

        Assert.Equal([FrameKind.Announce], Take(queue).Select(static item => item.Kind));
        Assert.Equal(2, _counters.Dropped);
        Assert.Equal(0, queue.Count);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void ControlFrames_ThatNobodyTakes_AreBoundedInBytes()
    {
        OutgoingQueue queue = Create();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1_000; i++)
            {
                queue.AddControl(FrameKind.RefuseNode, new byte[60_000]);
            }

            Assert.InRange(Take(queue).Sum(static item => item.Payload!.Length), 500_000, 1_024 * 1_024);
        }
    }

    [Fact]
    public void Goodbye_IsTheLastFrame()
    {
        OutgoingQueue queue = Create();
        Add(queue, Messages.Heartbeat(_n1, "n2", 1));
        queue.Finish(new Goodbye(RefusalCode.Stopping, "bye").Encode());

        Assert.Equal(QueueOutcome.Closed, queue.TryAdd(_node, Messages.Vote(_n1, "n2", 2), 10));
        Assert.Equal([(FrameKind)0, FrameKind.Goodbye], Take(queue).Select(static item => item.Kind));
    }

    private OutgoingQueue Create(int messages = 1_000, long bytes = 1_000_000)
    {
        OutgoingQueue queue = new(new QueueLimits(messages, bytes, Delay), _clock, _counters);
        queue.Attach(_wake, []);
        return queue;
    }

    private void Add(OutgoingQueue queue, RaftMessage message) => Assert.Equal(QueueOutcome.Added, queue.TryAdd(_node, message, 100));

    private List<QueuedItem> Take(OutgoingQueue queue)
    {
        List<QueuedItem> items = [];
        queue.TryTake(_wake, items, long.MaxValue);
        return items;
    }
}
