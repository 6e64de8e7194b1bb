namespace Raft.Transport.Tcp;

/// <summary>Why a message was dropped.</summary>
internal enum DropReason
{
    NotConnected,
    NoRoute,
    UnknownNode,
    Refused,
    QueueFull,
    Late,
    TooLarge,
    Invalid,
    Stopped,
    ReceiverFailed,
}

/// <summary>Counts what the transport does.</summary>
internal interface ITrafficCounters
{
    void Sent(int messages, long bytes);

    void Received(int messages, long bytes);

    void Dropped(DropReason reason, int messages);

    void Dialled(string outcome);

    void Refused(string reason);

    void RoundTrip(TimeSpan time);
}

/// <summary>Counts nothing.</summary>
internal sealed class NoCounters : ITrafficCounters
{
    public void Sent(int messages, long bytes)
    {
    }

    public void Received(int messages, long bytes)
    {
    }

    public void Dropped(DropReason reason, int messages)
    {
    }

    public void Dialled(string outcome)
    {
    }

    public void Refused(string reason)
    {
    }

    public void RoundTrip(TimeSpan time)
    {
    }
}
