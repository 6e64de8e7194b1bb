namespace Raft;

/// <summary>
/// When a collection of callers who wait is searched for those who have cancelled. To look through all of them for each new one would be
/// slow, so it is done when there are twice as many as remained the last time.
/// </summary>
internal struct CleaningThreshold()
{
    private const int Minimum = 64;

    private int _count = Minimum;

    /// <summary>Whether so many wait that it is time to search.</summary>
    public readonly bool IsReached(int count) => count >= _count;

    /// <summary>The collection was searched, or all who waited were answered.</summary>
    /// <param name="count">How many wait now.</param>
    public void Reset(int count) => _count = Math.Max(Minimum, 2 * count);
}
