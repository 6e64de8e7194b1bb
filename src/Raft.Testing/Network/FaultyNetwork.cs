namespace Raft.Testing;

/// <summary>
/// Delays, drops, duplicates and reorders the messages of any transport: <see cref="Wrap"/> the transport of each node.
/// </summary>
/// <remarks>
/// <para>All members may be called from any thread, at any time. A change applies to messages that are sent after it; a message
/// that is already delayed keeps its delay.</para>
/// <para>With a <see cref="SimulatedClock"/> a run repeats from its seed. With the default clock it works on real threads: the
/// same seed then makes the same choices for the same order of messages of a transport.</para>
/// </remarks>
public sealed class FaultyNetwork
{
    /// <summary>The default of <see cref="MaximumDelayedMessages"/>: 4,096 messages.</summary>
    public const int DefaultMaximumDelayedMessages = 4_096;

    /// <summary>The longest delay that can be set: one day.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly SeededRandom _random;
    private volatile LinkFaults _faults = LinkFaults.None;
    private long _droppedAtRandom;
    private long _droppedByOverflow;
    private long _droppedByStop;
    private long _duplicated;

    /// <summary>Creates a network without faults.</summary>
    /// <param name="seed">The seed of all random choices.</param>
    /// <param name="clock">Measures delays. Null: <see cref="SystemClock.Shared"/>.</param>
    /// <param name="maximumDelayedMessages">How many messages of one transport are delayed at a time; more are dropped. At least 1.</param>
    public FaultyNetwork(ulong seed, IClock? clock = null, int maximumDelayedMessages = DefaultMaximumDelayedMessages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumDelayedMessages, 1);
        _random = new SeededRandom(seed);
        Clock = clock ?? SystemClock.Shared;
        MaximumDelayedMessages = maximumDelayedMessages;
    }

    /// <summary>How many messages of one transport are delayed at a time; more are dropped.</summary>
    public int MaximumDelayedMessages { get; }

    /// <summary>The probability that a message is dropped, from 0 (the default) to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 0 or above 1.</exception>
    public double DropRate
    {
        get => _faults.DropRate;
        set => Change(Checked(value), static (faults, rate) => faults with { DropRate = rate });
    }

    /// <summary>The probability that a message is sent twice, from 0 (the default) to 1. Each copy has its own delay.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 0 or above 1.</exception>
    public double DuplicateRate
    {
        get => _faults.DuplicateRate;
        set => Change(Checked(value), static (faults, rate) => faults with { DuplicateRate = rate });
    }

    /// <summary>The shortest delay of a message. Default zero; set it with <see cref="SetDelay(TimeSpan, TimeSpan)"/>.</summary>
    public TimeSpan MinimumDelay => _faults.MinimumDelay;

    /// <summary>The longest delay of a message. Default zero; set it with <see cref="SetDelay(TimeSpan, TimeSpan)"/>.</summary>
    public TimeSpan MaximumDelay => _faults.MaximumDelay;

    /// <summary>How many messages were dropped at <see cref="DropRate"/>.</summary>
    public long DroppedAtRandom => Interlocked.Read(ref _droppedAtRandom);

    /// <summary>
    /// How many messages were dropped because <see cref="MaximumDelayedMessages"/> of their transport were delayed already.
    /// </summary>
    public long DroppedByOverflow => Interlocked.Read(ref _droppedByOverflow);

    /// <summary>How many messages were dropped because their transport was stopped, before or while they were delayed.</summary>
    public long DroppedByStop => Interlocked.Read(ref _droppedByStop);

    /// <summary>How many messages were sent twice.</summary>
    public long Duplicated => Interlocked.Read(ref _duplicated);

    internal IClock Clock { get; }

    internal LinkFaults Faults => _faults;

    /// <summary>Wraps the transport of one node, so that the faults of this network apply to what the node sends.</summary>
    /// <param name="transport">The transport to send with.</param>
    /// <returns>The transport for the node.</returns>
    public FaultyTransport Wrap(ITransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        lock (_lock)
        {
            return new FaultyTransport(this, transport, _random.Fork());
        }
    }

    /// <summary>Delays every message by the same time, which keeps the order of messages.</summary>
    /// <param name="delay">The delay, from zero to <see cref="LongestDelay"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative or too long.</exception>
    public void SetDelay(TimeSpan delay) => SetDelay(delay, delay);

    /// <summary>Delays every message by a random time, which reorders messages.</summary>
    /// <param name="minimum">The shortest delay; zero or more.</param>
    /// <param name="maximum">The longest delay, from <paramref name="minimum"/> to <see cref="LongestDelay"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A delay is negative or too long, or the shortest exceeds the longest.</exception>
    public void SetDelay(TimeSpan minimum, TimeSpan maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximum, LongestDelay);
        Change((minimum, maximum), static (faults, delay) => faults with { MinimumDelay = delay.minimum, MaximumDelay = delay.maximum });
    }

    /// <summary>Ends all faults. Messages that are already delayed keep their delay.</summary>
    public void Heal() => Change(LinkFaults.None, static (_, none) => none);

    internal void CountDroppedAtRandom() => Interlocked.Increment(ref _droppedAtRandom);

    internal void CountDroppedByOverflow() => Interlocked.Increment(ref _droppedByOverflow);

    internal void CountDroppedByStop(int count) => Interlocked.Add(ref _droppedByStop, count);

    internal void CountDuplicated() => Interlocked.Increment(ref _duplicated);

    private static double Checked(double rate) => rate is >= 0 and <= 1
        ? rate
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate must be between 0 and 1.");

    private void Change<T>(T value, Func<LinkFaults, T, LinkFaults> change)
    {
        lock (_lock)
        {
            _faults = change(_faults, value);
        }
    }
}
