namespace Raft.Consensus;

/// <summary>
/// The module's own source of randomness: SplitMix64. Its whole state is one number, so the same seed gives the same run on every
/// platform and in every version of the runtime.
/// </summary>
internal sealed class DeterministicRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A time from <paramref name="minimum"/> to <paramref name="maximum"/>, both included, every tick equally likely.</summary>
    public TimeSpan NextBetween(TimeSpan minimum, TimeSpan maximum)
    {
        ulong width = (ulong)(maximum.Ticks - minimum.Ticks) + 1;
        ulong offset = Math.BigMul(NextUInt64(), width, out _);
        return minimum + TimeSpan.FromTicks((long)offset);
    }
}
