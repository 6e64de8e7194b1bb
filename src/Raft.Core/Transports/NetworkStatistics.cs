namespace Raft;

/// <summary>Counts of the messages of an <see cref="InProcessNetwork"/> since it was created.</summary>
public readonly record struct NetworkStatistics
{
    /// <summary>Messages that nodes passed to their transports.</summary>
    public long Sent { get; init; }

    /// <summary>Messages that nodes received.</summary>
    public long Delivered { get; init; }

    /// <summary>Messages dropped because their link was cut, or because their sender or destination was isolated.</summary>
    public long DroppedByCut { get; init; }

    /// <summary>Messages dropped because their sender or destination was not running, or stopped before it took them.</summary>
    public long DroppedByStop { get; init; }

    /// <summary>
    /// Messages dropped because <see cref="InProcessNetwork.InboxCapacity"/> messages already waited for their destination.
    /// </summary>
    public long DroppedByOverflow { get; init; }

    /// <summary>Messages dropped because their receiver threw an exception. A <see cref="RaftNode"/> never does.</summary>
    public long DroppedByReceiver { get; init; }

    /// <summary>All dropped messages.</summary>
    public long Dropped => DroppedByCut + DroppedByStop + DroppedByOverflow + DroppedByReceiver;

    /// <summary>Messages that are neither delivered nor dropped yet: they wait for their destination to take them. 0 or more.</summary>
    public long UnderWay => Sent - Delivered - Dropped;
}
