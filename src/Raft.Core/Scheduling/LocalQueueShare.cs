namespace Raft;

/// <summary>
/// Decides which of a thread's schedules may go to its local queue: of every 1,024 the last 128 may not.
/// </summary>
/// <remarks>
/// A pool thread serves its local queue first. Nodes that keep scheduling one another there would keep all threads to
/// themselves: with two busy clusters, timers and everybody else's work came seconds late. A stretch through the global
/// queue makes the thread serve what waits there; a stretch, since a single item in eight would let only one in between
/// each time. It costs no throughput that could be measured.
/// </remarks>
internal struct LocalQueueShare
{
    public const int Period = 1_024;
    public const int GlobalStretch = 128;

    private int _schedules;

    /// <summary>Counts one schedule, and says whether it may go to the local queue.</summary>
    public bool Take()
    {
        int position = _schedules;
        _schedules = (position + 1) % Period;
        return position < Period - GlobalStretch;
    }
}
