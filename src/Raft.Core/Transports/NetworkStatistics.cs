namespace Raft;

/// <summary>What has become of the messages of an <see cref="InProcessNetwork"/> since it was made.</summary>
public readonly record struct NetworkStatistics
{
    /// <summary>Messages that nodes gave to their transports.</summary>
    public long Sent { get; init; }

    /// <summary>Messages that nodes took or were handed.</summary>
    public long Delivered { get; init; }

    /// <summary>Messages dropped because their link was cut, or a node at one of its ends isolated.</summary>
    public long DroppedByCut { get; init; }

    /// <summary>Messages dropped at random, at the drop rate.</summary>
    public long DroppedAtRandom { get; init; }

    /// <summary>Messages dropped because their sender or destination was not running, or stopped before it took them.</summary>
    public long DroppedByStop { get; init; }

    /// <summary>Messages dropped because too many already waited for, or were delayed on the way to, their destination.</summary>
    public long DroppedByOverflow { get; init; }

    /// <summary>Messages whose receiver threw instead of taking them. A node never does.</summary>
    public long DroppedByReceiver { get; init; }

    /// <summary>All messages dropped, for whatever reason.</summary>
    public long Dropped => DroppedByCut + DroppedAtRandom + DroppedByStop + DroppedByOverflow + DroppedByReceiver;

    /// <summary>Messages that are neither delivered nor dropped yet: delayed, or waiting for their destination to take them. 0 or more.</summary>
    public long UnderWay => Sent - Delivered - Dropped;
}
