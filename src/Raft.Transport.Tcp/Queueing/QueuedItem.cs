namespace Raft.Transport.Tcp;

/// <summary>Something that waits to be sent: a message, or a control frame.</summary>
internal readonly record struct QueuedItem
{
    /// <summary>A message of a node.</summary>
    public QueuedItem(LocalNode from, RaftMessage message, int size, TimeSpan enqueuedAt)
    {
        From = from;
        Message = message;
        Size = size;
        EnqueuedAt = enqueuedAt;
    }

    /// <summary>A control frame. It may concern a node.</summary>
    public QueuedItem(FrameKind kind, byte[] payload, LocalNode? from = null)
    {
        Kind = kind;
        Payload = payload;
        From = from;
    }

    public LocalNode? From { get; }

    public RaftMessage? Message { get; }

    /// <summary>The encoded size of the message.</summary>
    public int Size { get; }

    public TimeSpan EnqueuedAt { get; }

    /// <summary>The kind of a control frame.</summary>
    public FrameKind Kind { get; }

    public byte[]? Payload { get; }

    /// <summary>Whether it carries entries. Such a message is sent again by its leader, and is of no use after one that was lost.</summary>
    public bool HasEntries => Message is AppendEntriesMessage { Entries.IsEmpty: false };
}
