namespace Raft.Testing;

/// <summary>A transport of one node, with the faults of a <see cref="FaultyNetwork"/> on what the node sends.</summary>
/// <remarks>
/// <para><see cref="Send"/> may be called from any thread. The wrapped transport is called by one thread at a time: the one that
/// sends, or the one that calls back timers of the clock.</para>
/// <para>Received messages are not touched. Wrap the transports of all nodes for faults in both directions.</para>
/// </remarks>
public sealed class FaultyTransport : ITransport
{
    private readonly FaultyNetwork _network;
    private readonly ITransport _inner;
    private readonly SeededRandom _random;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Envelope, (TimeSpan DueAt, long Sequence)> _queue = new();
    private IClockTimer? _timer;
    private TaskCompletionSource? _sendingEnded;
    private long _sequence;
    private bool _running;
    private bool _sending;

    internal FaultyTransport(FaultyNetwork network, ITransport inner, SeededRandom random)
    {
        _network = network;
        _inner = inner;
        _random = random;
    }

    private readonly record struct Envelope(RaftMember To, RaftMessage Message);

    /// <inheritdoc/>
    public bool LeavesProcess => _inner.LeavesProcess;

    /// <summary>How many messages are delayed now.</summary>
    public int DelayedMessages
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        await _inner.StartAsync(receiver, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _running = true;
        }
    }

    /// <summary>Sends, delays, duplicates or drops a message. Never blocks, and throws only if the wrapped transport does.</summary>
    /// <param name="to">The destination.</param>
    /// <param name="message">The message.</param>
    public void Send(RaftMember to, RaftMessage message)
    {
        LinkFaults faults = _network.Faults;
        lock (_lock)
        {
            if (!_running)
            {
                _network.CountDroppedByStop(1);
                return;
            }

            // A fault that is off draws no random number, so that it does not change the effect of the others.
            if (faults.DropRate > 0 && _random.Chance(faults.DropRate))
            {
                _network.CountDroppedAtRandom();
                return;
            }

            Envelope envelope = new(to, message);
            Enqueue(envelope, faults);
            if (faults.DuplicateRate > 0 && _random.Chance(faults.DuplicateRate))
            {
                _network.CountDuplicated();
                Enqueue(envelope, faults);
            }
        }

        SendDue();
    }

    /// <summary>Stops. Delayed messages are dropped and counted.</summary>
    /// <param name="cancellationToken">Gives up waiting, not stopping.</param>
    /// <returns>Completes when the wrapped transport has stopped.</returns>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false); // a send never blocks, so this is soon
        await _inner.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops what is delayed. Completes when no thread is in the wrapped transport's <see cref="ITransport.Send"/>.</summary>
    private Task CloseAsync()
    {
        lock (_lock)
        {
            _running = false;
            _network.CountDroppedByStop(_queue.Count);
            _queue.Clear();
            _timer?.Dispose();
            _timer = null;
            if (!_sending)
            {
                return Task.CompletedTask;
            }

            _sendingEnded ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sendingEnded.Task;
        }
    }

    private void Enqueue(Envelope envelope, LinkFaults faults)
    {
        TimeSpan delay = faults.MinimumDelay == faults.MaximumDelay
            ? faults.MinimumDelay
            : _random.NextBetween(faults.MinimumDelay, faults.MaximumDelay);
        if (delay > TimeSpan.Zero && _queue.Count >= _network.MaximumDelayedMessages)
        {
            _network.CountDroppedByOverflow();
            return;
        }

        _queue.Enqueue(envelope, (_network.Clock.Now + delay, _sequence++));
    }

    /// <summary>
    /// Sends all messages that are due. One thread does it at a time, which keeps their order; another leaves its messages to the first.
    /// </summary>
    private void SendDue()
    {
        lock (_lock)
        {
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        try
        {
            while (TryTakeDue(out Envelope envelope))
            {
                _inner.Send(envelope.To, envelope.Message);
            }
        }
        catch
        {
            lock (_lock)
            {
                EndSending();
            }

            throw;
        }
    }

    /// <summary>
    /// Takes the next message that is due. Ends the sending in the same step if there is none, so that no message is left behind.
    /// </summary>
    private bool TryTakeDue(out Envelope envelope)
    {
        lock (_lock)
        {
            if (_queue.TryPeek(out envelope, out (TimeSpan DueAt, long) next) && next.DueAt <= _network.Clock.Now)
            {
                _queue.Dequeue();
                return true;
            }

            EndSending();
            return false;
        }
    }

    private void EndSending()
    {
        _sending = false;
        _sendingEnded?.SetResult();
        _sendingEnded = null;
        if (_queue.TryPeek(out _, out (TimeSpan DueAt, long) next))
        {
            _timer ??= _network.Clock.CreateTimer(SendDue);
            _timer.Set(next.DueAt);
        }
    }
}
