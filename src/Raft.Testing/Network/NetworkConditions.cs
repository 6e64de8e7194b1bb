namespace Raft.Testing;

/// <summary>
/// The weather on all links of a <see cref="SimulatedNetwork"/>; may be changed at any time, for the messages sent from then on.
/// </summary>
public sealed class NetworkConditions
{
    /// <summary>The shortest time that a message travels. Zero or more; default 1 ms.</summary>
    public TimeSpan MinimumDelay { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest time that a message travels. At least <see cref="MinimumDelay"/>; default 5 ms.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How likely a message is lost: 0 (the default) to 1.</summary>
    public double DropRate { get; set; }

    /// <summary>How likely a message arrives twice: 0 (the default) to 1.</summary>
    public double DuplicateRate { get; set; }

    /// <summary>
    /// How likely a message leaves the order of its link and is late by up to <see cref="ReorderDelay"/>: 0 (the default) to
    /// 1. All others of a link arrive in the order in which they were sent, as over a connection.
    /// </summary>
    public double ReorderRate { get; set; }

    /// <summary>By how much a message that leaves the order is late at most. Default 100 ms.</summary>
    public TimeSpan ReorderDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many messages travel at once; what is sent beyond is lost. 1 or more; default 100,000.</summary>
    public int MaximumInFlight { get; set; } = 100_000;
}
