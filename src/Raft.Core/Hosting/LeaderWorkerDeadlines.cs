using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// By when the workers of a node must have ended when the host stops. It is one moment for all workers of the node: services stop one after
/// another, and several that ignore their tokens would use up the time that the node needs for its own stop. So the stop of the first
/// worker is that of all of them: none has less time than the others.
/// </summary>
internal sealed class LeaderWorkerDeadlines(HostClock host)
{
    private readonly Lock _lock = new();
    private readonly List<Stop> _stops = []; // one for each node of the host

    [SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
    private sealed class Stop(NodeRegistration node)
    {
        public NodeRegistration Node => node;

        public CancellationTokenSource Source { get; } = new();

        public TimeSpan? End { get; set; }
    }

    /// <summary>The token that is cancelled when the first worker of a node is to stop. No callback on it may block.</summary>
    public CancellationToken StoppingOf(NodeRegistration node)
    {
        lock (_lock)
        {
            return StopOf(node).Source.Token;
        }
    }

    /// <summary>Stops the workers of a node, if that has not begun, and returns how much time they have left.</summary>
    public TimeSpan BeginStop(NodeRegistration node, TimeSpan duration)
    {
        Stop stop;
        TimeSpan now = host.Clock.Now;
        lock (_lock)
        {
            stop = StopOf(node);
            if (stop.End is { } end)
            {
                return end - now;
            }

            stop.End = duration < TimeSpan.MaxValue - now ? now + duration : TimeSpan.MaxValue;
        }

        stop.Source.Cancel();
        return duration;
    }

    /// <summary>Called under the lock.</summary>
    private Stop StopOf(NodeRegistration node)
    {
        Stop? stop = _stops.Find(each => each.Node == node);
        if (stop is null)
        {
            stop = new Stop(node);
            _stops.Add(stop);
        }

        return stop;
    }
}
