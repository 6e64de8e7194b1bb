using Raft.Consensus;

namespace Raft.Testing;

/// <summary>Randomness that repeats: the same seed gives the same draws on every platform, runtime and build.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="seed">The seed; any number.</param>
public sealed class SeededRandom(ulong seed)
{
    private readonly DeterministicRandom _source = new(seed);

    /// <summary>Draws 64 bits.</summary>
    /// <returns>Any number, all equally likely.</returns>
    public ulong NextUInt64() => _source.NextUInt64();

    /// <summary>Draws a whole number.</summary>
    /// <param name="exclusiveMaximum">One more than the largest; 1 or more.</param>
    /// <returns>0 or more, below <paramref name="exclusiveMaximum"/>.</returns>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);
        return (int)Math.BigMul(_source.NextUInt64(), (ulong)exclusiveMaximum, out _);
    }

    /// <summary>Draws a time.</summary>
    /// <param name="minimum">The smallest.</param>
    /// <param name="maximum">The largest; not below <paramref name="minimum"/>.</param>
    /// <returns>A time between the two, both included.</returns>
    public TimeSpan NextBetween(TimeSpan minimum, TimeSpan maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        return _source.NextBetween(minimum, maximum);
    }

    /// <summary>Draws yes or no.</summary>
    /// <param name="probability">How likely a yes is: 0 (never) to 1 (always).</param>
    /// <returns>The answer.</returns>
    public bool Chance(double probability) => (_source.NextUInt64() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>Makes a source of its own for one purpose, so that its draws do not shift those for other purposes.</summary>
    /// <returns>The new source.</returns>
    public SeededRandom Fork() => new(_source.NextUInt64());
}
