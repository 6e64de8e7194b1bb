using System.Threading.Tasks.Sources;

namespace Raft;

/// <summary>
/// Delivery to a receiver that is not a <see cref="RaftNode"/>: the sender's thread calls it. Counts the calls under way, so that a stop
/// can wait for the last of them without blocking a thread or holding a lock during the call.
/// </summary>
internal sealed class DirectDelivery : InProcessDelivery, IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>The sign bit of <see cref="_state"/>; the bits below it count the deliveries under way.</summary>
    private const int Closed = int.MinValue;

    private readonly IMessageReceiver _receiver;
    private readonly InProcessEndpoint _endpoint;
    private readonly Task _drained;
    private ManualResetValueTaskSourceCore<bool> _drainedSource;
    private int _state;
    private int _completed;

    public DirectDelivery(IMessageReceiver receiver, InProcessEndpoint endpoint)
    {
        _receiver = receiver;
        _endpoint = endpoint;
        _drained = new ValueTask(this, _drainedSource.Version).AsTask();
    }

    public override DropReason Deliver(RaftMessage message)
    {
        if (Interlocked.Increment(ref _state) < 0)
        {
            Leave();
            return DropReason.Stopped;
        }

        try
        {
            _receiver.Receive(message);
            _endpoint.CountDelivered();
            return DropReason.None;
        }
        catch (Exception)
        {
            // The sender is another node, which must not fail because this receiver does.
            return DropReason.ReceiverFailed;
        }
        finally
        {
            Leave();
        }
    }

    public override Task CloseAsync()
    {
        if ((Interlocked.Or(ref _state, Closed) & ~Closed) == 0 && IsFirstToComplete())
        {
            Complete();
        }

        return _drained;
    }

    /// <summary>The last delivery under way has ended.</summary>
    void IThreadPoolWorkItem.Execute() => Complete();

    void IValueTaskSource.GetResult(short token) => _drainedSource.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _drainedSource.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _drainedSource.OnCompleted(continuation, state, token, flags);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _state) == Closed && IsFirstToComplete())
        {
            // This thread belongs to another node, and must not run the continuation of this node's stop.
            PoolScheduler.Shared.Schedule(this, preferLocal: false);
        }
    }

    /// <summary>A sender that arrives after the close counts down to zero a second time.</summary>
    private bool IsFirstToComplete() => Interlocked.Exchange(ref _completed, 1) == 0;

    private void Complete() => _drainedSource.SetResult(true);
}
