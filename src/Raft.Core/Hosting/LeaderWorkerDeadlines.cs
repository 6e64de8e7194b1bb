namespace Raft;

/// <summary>
/// By when the workers of a node must have ended when the host stops. It is one moment for all workers of the node: services stop one after
/// another, and several that ignore their tokens would use up the time that the node needs for its own stop.
/// </summary>
internal sealed class LeaderWorkerDeadlines(HostClock host)
{
    private readonly Lock _lock = new();
    private readonly List<(NodeRegistration Node, TimeSpan End)> _ends = []; // one for each node of the host

    /// <summary>Returns how much time the workers of a node have left. The first call starts it.</summary>
    public TimeSpan TimeLeft(NodeRegistration node, TimeSpan duration)
    {
        lock (_lock)
        {
            TimeSpan now = host.Clock.Now;
            int position = _ends.FindIndex(each => each.Node == node);
            if (position >= 0)
            {
                return _ends[position].End - now;
            }

            _ends.Add((node, now + duration));
            return duration;
        }
    }
}
