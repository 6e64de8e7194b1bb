namespace Raft.Testing.Tests.Network;

/// <summary>Loss, duplication, delay and reordering of what a transport sends.</summary>
public sealed class FaultyNetworkTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedClock _clock = new();
    private readonly RecordingTransport _inner;

    public FaultyNetworkTests() => _inner = new RecordingTransport(_clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_WithoutFaults_PassesMessagesOnWithinTheCall()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();

        Send(transport, 1, 2, 3);

        Assert.Equal([1L, 2L, 3L], _inner.Terms);
        Assert.Equal((0, 0, 0, 0), (network.DroppedAtRandom, network.DroppedByOverflow, network.DroppedByStop, network.Duplicated));
    }

    [Fact]
    public async Task DropRate_One_DropsEverythingAndZeroNothing()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();

        network.DropRate = 1;
        SendMany(transport, 1_000);
        Assert.Empty(_inner.Terms);
        Assert.Equal(1_000, network.DroppedAtRandom);

        network.DropRate = 0;
        SendMany(transport, 1_000);
        Assert.Equal(1_000, _inner.Received.Count);
    }

    [Fact]
    public async Task DropRate_SameSeed_DropsTheSameMessages()
    {
        List<long> first = await ReceivedAsync(seed: 1);
        List<long> again = await ReceivedAsync(seed: 1);
        List<long> other = await ReceivedAsync(seed: 2);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count, 650, 750); // of 1,000, at a rate of 0.3

        async Task<List<long>> ReceivedAsync(ulong seed)
        {
            _inner.Received.Clear();
            (FaultyNetwork network, FaultyTransport transport) = await StartAsync(seed);
            network.DropRate = 0.3;
            Assert.Equal(0.3, network.DropRate);
            SendMany(transport, 1_000);
            return [.. _inner.Terms];
        }
    }

    [Fact]
    public async Task Wrap_SeveralTransports_DrawIndependently()
    {
        RecordingTransport otherInner = new(_clock);
        FaultyNetwork network = new(seed: 1, _clock) { DropRate = 0.5 };
        FaultyTransport one = await StartAsync(network.Wrap(_inner));
        FaultyTransport other = await StartAsync(network.Wrap(otherInner));

        SendMany(one, 100);
        SendMany(other, 100);

        Assert.NotEqual(_inner.Terms, otherInner.Terms);
    }

    [Fact]
    public async Task DuplicateRate_One_SendsEveryMessageTwiceEachWithItsOwnDelay()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.DuplicateRate = 1;
        network.SetDelay(Millisecond, 20 * Millisecond);

        Send(transport, 1);
        _clock.AdvanceBy(20 * Millisecond);

        Assert.Equal([1L, 1L], _inner.Terms);
        Assert.NotEqual(_inner.Received[0].At, _inner.Received[1].At);
        Assert.Equal(1, network.Duplicated);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Rate_OutOfRange_IsRefused(double rate)
    {
        FaultyNetwork network = new(seed: 1, _clock);
        Assert.Throws<ArgumentOutOfRangeException>(() => network.DropRate = rate);
        Assert.Throws<ArgumentOutOfRangeException>(() => network.DuplicateRate = rate);
    }

    [Fact]
    public void SetDelay_OutOfRange_IsRefused()
    {
        FaultyNetwork network = new(seed: 1, _clock);
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(-Millisecond));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(2 * Millisecond, Millisecond));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.SetDelay(FaultyNetwork.LongestDelay + Millisecond));
    }

    [Fact]
    public void Constructor_NoDelayedMessages_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultyNetwork(seed: 1, _clock, maximumDelayedMessages: 0));

    [Fact]
    public async Task SetDelay_Fixed_SendsWhenDueInOrder()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(10 * Millisecond);
        Send(transport, 1, 2);
        _clock.AdvanceBy(4 * Millisecond);
        Send(transport, 3);

        _clock.AdvanceBy(5 * Millisecond);
        Assert.Empty(_inner.Terms);
        Assert.Equal(3, transport.DelayedMessages);
        _clock.AdvanceBy(20 * Millisecond);

        Assert.Equal([(1L, 10 * Millisecond), (2L, 10 * Millisecond), (3L, 14 * Millisecond)], _inner.Received);
        Assert.Equal(0, transport.DelayedMessages);
    }

    [Fact]
    public async Task SetDelay_Range_SendsWithinItAndReordersMessages()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(5 * Millisecond, 20 * Millisecond);
        Assert.Equal((5 * Millisecond, 20 * Millisecond), (network.MinimumDelay, network.MaximumDelay));

        SendMany(transport, 100);
        _clock.AdvanceBy(50 * Millisecond);

        Assert.All(_inner.Received, each => Assert.InRange(each.At, 5 * Millisecond, 20 * Millisecond));
        Assert.NotEqual(_inner.Terms.Order(), _inner.Terms);
        Assert.Equal(Enumerable.Range(1, 100).Select(static term => (long)term), _inner.Terms.Order());
    }

    [Fact]
    public async Task SetDelay_Shortened_LetsLaterMessagesOvertake()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(10 * Millisecond);
        Send(transport, 1);
        network.SetDelay(2 * Millisecond);
        Send(transport, 2);
        _clock.AdvanceBy(Millisecond);
        network.SetDelay(TimeSpan.Zero);
        Send(transport, 3);
        _clock.AdvanceBy(20 * Millisecond);

        Assert.Equal([(3L, Millisecond), (2L, 2 * Millisecond), (1L, 10 * Millisecond)], _inner.Received);
    }

    [Fact]
    public async Task Heal_AllFaults_SparesNewMessagesAndLeavesDelayedOnes()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(10 * Millisecond);
        Send(transport, 1);
        (network.DropRate, network.DuplicateRate) = (1, 1);

        network.Heal();
        Send(transport, 2);
        _clock.AdvanceBy(10 * Millisecond);

        Assert.Equal([(2L, TimeSpan.Zero), (1L, 10 * Millisecond)], _inner.Received);
        Assert.Equal((0, 0), (network.DropRate, network.DuplicateRate));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (network.MinimumDelay, network.MaximumDelay));
    }

    [Fact]
    public async Task SetDelay_MoreMessagesThanTheMaximum_DropsAndCountsThem()
    {
        FaultyNetwork network = new(seed: 1, _clock, maximumDelayedMessages: 2);
        FaultyTransport transport = await StartAsync(network.Wrap(_inner));
        network.SetDelay(10 * Millisecond);

        SendMany(transport, 5);
        _clock.AdvanceBy(10 * Millisecond);
        Send(transport, 9);
        _clock.AdvanceBy(10 * Millisecond);

        Assert.Equal([1L, 2L, 9L], _inner.Terms);
        Assert.Equal(3, network.DroppedByOverflow);
    }

    [Fact]
    public async Task Stop_WithDelayedMessages_DropsThemAndTheTransportCanStartAgain()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(10 * Millisecond);
        Send(transport, 1);

        await transport.StopAsync(Cancellation);
        Send(transport, 2);
        _clock.AdvanceBy(20 * Millisecond);
        Assert.False(_inner.IsStarted);
        Assert.Empty(_inner.Terms);
        Assert.Equal(2, network.DroppedByStop);

        await StartAsync(transport);
        Send(transport, 3);
        _clock.AdvanceBy(10 * Millisecond);
        Assert.Equal([3L], _inner.Terms);
    }

    [Fact]
    public async Task Stop_DuringASend_StopsTheWrappedTransportAfterIt()
    {
        (_, FaultyTransport transport) = await StartAsync();
        Task stopped = Task.CompletedTask;
        bool startedDuringSend = false;
        _inner.OnSend = _ =>
        {
            stopped = transport.StopAsync(Cancellation).AsTask();
            startedDuringSend = _inner.IsStarted;
        };

        Send(transport, 1);
        await stopped;

        Assert.True(startedDuringSend);
        Assert.False(_inner.IsStarted);
    }

    [Fact]
    public async Task Send_WrappedTransportThrows_PassesTheExceptionOnAndCanSendAgain()
    {
        (_, FaultyTransport transport) = await StartAsync();
        _inner.OnSend = static _ => throw new InvalidOperationException("broken");
        Assert.Throws<InvalidOperationException>(() => Send(transport, 1));

        _inner.OnSend = null;
        Send(transport, 2);

        Assert.Equal([1L, 2L], _inner.Terms);
    }

    [Fact]
    public async Task Send_FromManyThreads_CallsTheWrappedTransportOneAtATimeAndCountsEverything()
    {
        const int Senders = 4;
        const int PerSender = 5_000;
        FaultyNetwork network = new(seed: 1) { DropRate = 0.2, DuplicateRate = 0.1 };
        FaultyTransport transport = await StartAsync(network.Wrap(_inner));

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() => SendMany(transport, PerSender), Cancellation)));

        Assert.False(_inner.WasCalledConcurrently);
        Assert.True(network.DroppedAtRandom > 0);
        Assert.True(network.Duplicated > 0);
        Assert.Equal((Senders * PerSender) - network.DroppedAtRandom + network.Duplicated, _inner.Received.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LeavesProcess_IsThatOfTheWrappedTransport(bool leaves) =>
        Assert.Equal(
            leaves, new FaultyNetwork(seed: 1, _clock).Wrap(new RecordingTransport(_clock) { LeavesProcess = leaves }).LeavesProcess);

    private static void Send(FaultyTransport transport, params ReadOnlySpan<long> terms)
    {
        foreach (long term in terms)
        {
            transport.Send("n2", SampleMessages.Vote("n1", "n2", term));
        }
    }

    private static void SendMany(FaultyTransport transport, int count)
    {
        for (int term = 1; term <= count; term++)
        {
            Send(transport, term);
        }
    }

    [Fact]
    public async Task Stop_WithDelayedMessages_LeavesNoTimerSet()
    {
        (FaultyNetwork network, FaultyTransport transport) = await StartAsync();
        network.SetDelay(Millisecond);
        Send(transport, 1);
        Assert.NotNull(_clock.NextDueAt);

        await transport.StopAsync(Cancellation);

        Assert.Null(_clock.NextDueAt);
    }

    private static async Task<FaultyTransport> StartAsync(FaultyTransport transport)
    {
        await transport.StartAsync(new Receiver(), Cancellation);
        return transport;
    }

    private async Task<(FaultyNetwork Network, FaultyTransport Transport)> StartAsync(ulong seed = 1)
    {
        FaultyNetwork network = new(seed, _clock);
        return (network, await StartAsync(network.Wrap(_inner)));
    }

    private sealed class Receiver : IMessageReceiver
    {
        public NodeId NodeId => "n1";

        public void Receive(RaftMessage message) => Assert.Fail("The wrapped transport delivers nothing.");
    }
}
