namespace Raft.Consensus;

/// <summary>
/// What the clocks of the voters show, from the times in their messages. One clock that is wrong must not put a time into the log that
/// all state machines then have for good, so a leader stamps its entries near the time that the clocks of a majority have reached.
/// </summary>
/// <remarks>A message takes a while to arrive, so an estimate lags behind the clock by that much, and is never ahead of it.</remarks>
internal sealed class VoterClocks
{
    private const long SpeedOfCorrection = 2; // the log's time runs at half speed until the clocks reach it

    private static readonly long LatestTicks = DateTimeOffset.MaxValue.UtcTicks;

    private readonly NodeId _self;
    private readonly long _bound; // in ticks; no number here is larger than the latest time, so that sums do not overflow
    private readonly TimeSpan _memory;
    private readonly List<Reading> _readings = [];
    private readonly Func<NodeId, long> _ticksOf; // made once, since it is used in the hot path
    private TimeSpan _now;
    private long _ownTicks;
    private ClusterConfiguration? _configuration;
    private long _majorityTicks;
    private TimeSpan _stampedAt;

    /// <param name="self">This node.</param>
    /// <param name="bound">How far the time of an entry may be from the clocks of the majority.</param>
    /// <param name="memory">How long the time in a message counts.</param>
    public VoterClocks(NodeId self, TimeSpan bound, TimeSpan memory)
    {
        _self = self;
        _bound = Math.Min(bound.Ticks, LatestTicks);
        _memory = memory;
        _ticksOf = TicksOf;
    }

    /// <summary>A message of a member has arrived.</summary>
    /// <param name="member">The member.</param>
    /// <param name="sentAtTicks">Its clock when it sent the message; 0 if it does not say, and then it trusts this node's.</param>
    /// <param name="now">The time.</param>
    public void OnHeard(NodeId member, long sentAtTicks, TimeSpan now)
    {
        Reading reading = new(member, Math.Clamp(sentAtTicks, 0, LatestTicks), now);
        for (int i = 0; i < _readings.Count; i++)
        {
            if (_readings[i].Member == member)
            {
                _readings[i] = reading;
                return;
            }
        }

        _readings.Add(reading);
    }

    /// <summary>The node begins to lead: the time of the log advances from now on.</summary>
    public void OnLeading(TimeSpan now) => _stampedAt = now;

    /// <summary>
    /// The time of the next entry: that of this node's clock, but near the clocks of the majority, and never before the last entry. If
    /// the log is ahead, its time advances at half the speed of this node's own time, until the clocks reach it.
    /// </summary>
    /// <param name="configuration">The voters.</param>
    /// <param name="utcNow">This node's clock.</param>
    /// <param name="last">The time of the last entry.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset NextTime(ClusterConfiguration configuration, DateTimeOffset utcNow, DateTimeOffset last, TimeSpan now)
    {
        long majority = MajorityTicks(configuration, utcNow, now);
        long ticks = Math.Clamp(utcNow.UtcTicks, majority - _bound, majority + _bound);
        if (ticks <= last.UtcTicks)
        {
            ticks = last.UtcTicks + Math.Max((now - _stampedAt).Ticks / SpeedOfCorrection, 0);
        }

        _stampedAt = now;
        return new DateTimeOffset(Math.Clamp(ticks, 0, LatestTicks), TimeSpan.Zero);
    }

    /// <summary>
    /// The latest time that the clocks of a majority of the voters have reached. A voter that has sent no message counts as if its
    /// clock had reached nothing, and one that has sent none lately confirms at most this node's clock: the voters that can be reached
    /// never outvote a majority. Null if a majority has sent no message.
    /// </summary>
    public DateTimeOffset? MajorityTime(ClusterConfiguration configuration, DateTimeOffset utcNow, TimeSpan now) =>
        MajorityTicks(configuration, utcNow, now) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>What the clock of another member shows; null if it has sent no message lately, or its messages do not say.</summary>
    public DateTimeOffset? TimeOf(NodeId member, TimeSpan now) =>
        ReadingOf(member) is { IsKnown: true } reading && now - reading.At <= _memory
            ? new DateTimeOffset(reading.TicksAt(now), TimeSpan.Zero)
            : null;

    private long MajorityTicks(ClusterConfiguration configuration, DateTimeOffset utcNow, TimeSpan now)
    {
        // All entries of a pass have one time, so it is found once.
        if (utcNow.UtcTicks != _ownTicks || now != _now || !ReferenceEquals(configuration, _configuration))
        {
            (_ownTicks, _now, _configuration) = (utcNow.UtcTicks, now, configuration);
            _majorityTicks = configuration.LargestReached(_ticksOf);
        }

        return _majorityTicks;
    }

    private long TicksOf(NodeId voter)
    {
        if (voter == _self)
        {
            return _ownTicks;
        }

        if (ReadingOf(voter) is not { } reading)
        {
            return 0;
        }

        long ticks = reading.IsKnown ? reading.TicksAt(_now) : _ownTicks;
        return _now - reading.At <= _memory ? ticks : Math.Min(ticks, _ownTicks);
    }

    private Reading? ReadingOf(NodeId member)
    {
        foreach (Reading reading in _readings)
        {
            if (reading.Member == member)
            {
                return reading;
            }
        }

        return null;
    }

    /// <param name="Member">The member.</param>
    /// <param name="SentAtTicks">What its clock showed; 0 if it did not say.</param>
    /// <param name="At">When this node received it.</param>
    private readonly record struct Reading(NodeId Member, long SentAtTicks, TimeSpan At)
    {
        public bool IsKnown => SentAtTicks > 0;

        /// <summary>What its clock shows, if it runs as fast as this node's.</summary>
        public long TicksAt(TimeSpan now) => SentAtTicks + Math.Clamp((now - At).Ticks, 0, LatestTicks - SentAtTicks);
    }
}
