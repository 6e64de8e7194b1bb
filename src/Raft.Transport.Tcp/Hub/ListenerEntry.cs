namespace Raft.Transport.Tcp;

/// <summary>A listener, shared by the nodes that listen at its address.</summary>
internal sealed class ListenerEntry(TcpAddress requested)
{
    /// <summary>The address that was asked for.</summary>
    public TcpAddress Requested => requested;

    /// <summary>Completes when it listens. Several nodes may wait for it.</summary>
    public TaskCompletionSource<IConnectionListener> Listening { get; } = new();

    /// <summary>How many nodes use it. Under the lock of the hub.</summary>
    public int Users { get; set; }

    /// <summary>The listener; null until it listens.</summary>
    public IConnectionListener? Listener { get; set; }

    /// <summary>Continues to accept after a failure.</summary>
    public IClockTimer? Retry { get; set; }

    public bool IsClosed { get; set; }
}
