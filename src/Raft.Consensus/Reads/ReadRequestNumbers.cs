namespace Raft.Consensus;

/// <summary>
/// How a node numbers its requests for a read index: upward by 1 within a run, from a random number on. The next run of the node starts
/// somewhere else, so that a reply to an earlier run is not mistaken for one to the present run, although the clock of a new process starts
/// again.
/// </summary>
internal static class ReadRequestNumbers
{
    /// <summary>Numbers that are less than this apart are of one run: it would take longer than a day to send so many requests.</summary>
    private const long LongestRun = 1L << 34;

    /// <summary>Makes these numbers independent of the election timeouts, which follow from the same seed.</summary>
    private const ulong OwnSequence = 0x52_6561_6449_6E64; // "ReadInd"

    /// <summary>The number before the first one of a run; 0 to 2^62 - 1.</summary>
    /// <param name="seed">The seed of the node: random in production.</param>
    /// <param name="store">The log store, whose opening is another one in each run; null if it is volatile.</param>
    public static long BeforeFirst(ulong seed, StoreIdentity? store)
    {
        ulong ofNode = new DeterministicRandom(seed ^ OwnSequence).NextUInt64();
        return (long)(new DeterministicRandom(ofNode + (ulong)(store?.Opening ?? 0)).NextUInt64() >> 2);
    }

    /// <summary>Whether a number was used before another one of the same run.</summary>
    public static bool IsEarlier(long number, long other) => number < other && other - number < LongestRun;
}
