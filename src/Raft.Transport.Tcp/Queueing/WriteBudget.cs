namespace Raft.Transport.Tcp;

/// <summary>
/// How many bytes a connection writes together. It follows from how long earlier writes took, so that a message that is queued during a
/// write does not wait long for its end, also on a slow connection.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
/// <param name="target">How long a write may take. A single message may take longer.</param>
internal sealed class WriteBudget(TimeSpan target)
{
    /// <summary>Smaller writes would cost more than they carry.</summary>
    public const long Minimum = 4 * 1_024;

    /// <summary>Larger writes carry no more.</summary>
    public const long Maximum = 512 * 1_024;

    private const long First = 16 * 1_024;

    /// <summary>The bytes of the next write. A message that is larger is written alone.</summary>
    public long Bytes { get; private set; } = First;

    /// <summary>A write has ended.</summary>
    /// <param name="bytes">Its size.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Record(long bytes, TimeSpan elapsed)
    {
        if (elapsed > target)
        {
            Bytes = Math.Clamp((long)(bytes * (target / elapsed)), Minimum, Bytes);
        }
        else if (2 * bytes >= Bytes && elapsed < target / 2) // not all of it: the next message may not have fitted
        {
            Bytes = Math.Min(2 * Bytes, Maximum);
        }
    }
}
