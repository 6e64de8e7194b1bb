namespace Raft;

/// <summary>
/// Bounds the reads of a node that wait, wherever they wait. Local reads are admitted up to twice the limit: reads that wait for a leader
/// must not keep out those that need none. Safe to use from any thread.
/// </summary>
internal sealed class ReadLimit(int maximum)
{
    private int _count;

    /// <summary>How many reads wait. One that is being refused does not count.</summary>
    public int Count => (int)Math.Min(Volatile.Read(ref _count), 2L * maximum);

    /// <summary>Counts a read, unless too many wait.</summary>
    public bool TryEnter(ReadKind kind)
    {
        if (Interlocked.Increment(ref _count) <= (kind == ReadKind.Local ? 2L * maximum : maximum))
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Reads were answered.</summary>
    public void Leave(int count) => Interlocked.Add(ref _count, -count);
}
