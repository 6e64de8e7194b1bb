namespace Raft;

/// <summary>Bounds the reads of a node that wait, wherever they wait. Safe to use from any thread.</summary>
internal sealed class ReadLimit(int maximum)
{
    private int _count;

    /// <summary>How many reads wait. One that is being refused does not count.</summary>
    public int Count => Math.Min(Volatile.Read(ref _count), maximum);

    /// <summary>Counts a read, unless too many wait.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= maximum)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Reads were answered.</summary>
    public void Leave(int count) => Interlocked.Add(ref _count, -count);
}
