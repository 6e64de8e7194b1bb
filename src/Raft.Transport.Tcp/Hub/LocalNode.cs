namespace Raft.Transport.Tcp;

/// <summary>
/// A node of this process, from the start of its transport to the stop. Counts the deliveries under way, so that a stop waits for the last
/// of them without blocking a thread.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class LocalNode(IMessageReceiver receiver, MessageOrigin origin, Action<Action>? schedule = null)
{
    /// <summary>The sign bit of <see cref="_state"/>; the bits below it count the deliveries under way.</summary>
    private const int Closed = int.MinValue;

    private readonly TaskCompletionSource _drained = new();
    private int _state;

    public NodeKey Key { get; } = new(origin.ClusterId, receiver.NodeId);

    public StoreIdentity? Store { get; } = origin.Store;

    /// <summary>Whether it may send and receive.</summary>
    public bool IsOpen => Volatile.Read(ref _state) >= 0;

    public QueuedItem Announcement => new(FrameKind.Announce, new NodeAnnouncement(Key, Store).Encode(), this);

    /// <summary>Gives the node a message.</summary>
    /// <returns>Why it was dropped; null if it was not.</returns>
    public DropReason? Deliver(RaftMessage message)
    {
        if (Interlocked.Increment(ref _state) < 0)
        {
            Leave();
            return DropReason.Stopped;
        }

        try
        {
            receiver.Receive(message);
            return null;
        }
        catch (Exception)
        {
            // Nodes do not throw. The connection belongs to other nodes too, and must not end because this receiver fails.
            return DropReason.ReceiverFailed;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes the node. Nothing is delivered after the task completes.</summary>
    public Task CloseAsync()
    {
        if ((Interlocked.Or(ref _state, Closed) & ~Closed) == 0)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            // Not on this thread: it may be the worker of another node, or hold the lock of a connection.
            if (schedule is null)
            {
                _drained.TrySetResult();
            }
            else
            {
                schedule(() => _drained.TrySetResult());
            }
        }
    }
}
