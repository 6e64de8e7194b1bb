namespace Raft.Testing;

/// <summary>
/// No entry is stamped further ahead of the clocks of a majority than the options allow, however wrong the clock of its leader is. When
/// clocks step back, the time of the log may continue from where it is, no faster than the world's.
/// </summary>
/// <param name="nodes">All nodes.</param>
/// <param name="roles">Who votes: the clocks of voters count, whether they run or not.</param>
/// <param name="now">The world's time.</param>
internal sealed class TimesStayNearTheClocks(SimulatedNode[] nodes, ClusterRoles roles, Func<TimeSpan> now) : ClusterRule
{
    /// <summary>A message has been under way for a moment.</summary>
    internal static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly SimulatedNode[][] _voters =
        [.. roles.VoterSets.Select(set => nodes.Where(node => set.Contains(node.Id)).ToArray())];

    private readonly long[] _clocks = new long[nodes.Length];
    private readonly Dictionary<(NodeId Reader, NodeId Sender), Reading> _readings = [];
    private long _allowed;
    private TimeSpan _lookedAt;

    public override string Name => "Times stay near the clocks";

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (node.Current is { } life)
        {
            _readings[(node.Id, message.From)] = new Reading(life, message.SentAtTicks, node.Now);
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        Look(node);
        return null;
    }

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        Look(node);
        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            if (entry.Time.UtcTicks > _allowed)
            {
                return $"{node.Id} writes an entry with the time {entry.Time:O}, and the clocks of a majority allow "
                    + $"{new DateTimeOffset(_allowed, TimeSpan.Zero):O}.";
            }
        }

        return null;
    }

    private void Look(SimulatedNode node)
    {
        long median = long.MaxValue;
        foreach (SimulatedNode[] voters in _voters)
        {
            median = Math.Min(median, MedianOf(voters, node)); // of joint configurations, both have to agree
        }

        TimeSpan at = now();
        _allowed = Math.Max(_allowed + (at - _lookedAt).Ticks, median + (node.Options.MaximumClockAhead + Slack).Ticks);
        _lookedAt = at;
    }

    private long MedianOf(SimulatedNode[] voters, SimulatedNode node)
    {
        for (int i = 0; i < voters.Length; i++)
        {
            _clocks[i] = Math.Max(voters[i].WallClock.UtcTicks, KnownTo(node, voters[i].Id));
        }

        Array.Sort(_clocks, 0, voters.Length);
        return _clocks[(voters.Length - 1) / 2];
    }

    /// <summary>
    /// What a node takes another one's clock to show: what its last message said, and the time that has passed since on the node's own
    /// clock, which may run fast.
    /// </summary>
    private long KnownTo(SimulatedNode node, NodeId sender) =>
        _readings.TryGetValue((node.Id, sender), out Reading reading) && reading.Life == node.Current
            ? reading.SentAtTicks + (node.Now - reading.At).Ticks
            : 0;

    private readonly record struct Reading(RaftNode Life, long SentAtTicks, TimeSpan At);
}
