namespace Raft;

/// <summary>
/// Decides which work items of a thread may go to its local queue: of every 1,024 items, the last 128 may not.
/// </summary>
/// <remarks>
/// A pool thread serves its local queue first. Nodes that keep scheduling each other there would occupy all threads: with two busy
/// clusters, timers and the work of others were seconds late. A run of items through the global queue makes the thread serve what waits
/// there. A single item in eight would let only one other item through each time. The effect on throughput was too small to measure.
/// </remarks>
internal struct LocalQueueShare
{
    public const int Period = 1_024;
    public const int GlobalStretch = 128;

    private int _schedules;

    /// <summary>Counts one item, and returns whether it may go to the local queue.</summary>
    public bool Take()
    {
        int position = _schedules;
        _schedules = (position + 1) % Period;
        return position < Period - GlobalStretch;
    }
}
