using Raft.Consensus;

namespace Raft.Testing;

/// <summary>A reproducible random source: the same seed gives the same draws on every platform, runtime and build.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="seed">The seed; any number.</param>
public sealed class SeededRandom(ulong seed)
{
    private readonly DeterministicRandom _source = new(seed);

    /// <summary>Draws 64 random bits.</summary>
    /// <returns>A number from the whole range, uniformly distributed.</returns>
    public ulong NextUInt64() => _source.NextUInt64();

    /// <summary>Draws an integer.</summary>
    /// <param name="exclusiveMaximum">The exclusive upper bound; 1 or more.</param>
    /// <returns>0 or more, below <paramref name="exclusiveMaximum"/>.</returns>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);
        return (int)Math.BigMul(_source.NextUInt64(), (ulong)exclusiveMaximum, out _);
    }

    /// <summary>Draws a duration.</summary>
    /// <param name="minimum">The inclusive lower bound.</param>
    /// <param name="maximum">The inclusive upper bound; not less than <paramref name="minimum"/>.</param>
    /// <returns>A duration between the two bounds, both included.</returns>
    public TimeSpan NextBetween(TimeSpan minimum, TimeSpan maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        return _source.NextBetween(minimum, maximum);
    }

    /// <summary>Draws a Boolean.</summary>
    /// <param name="probability">The probability of true, from 0 (never) to 1 (always).</param>
    /// <returns>The answer.</returns>
    public bool Chance(double probability) => (_source.NextUInt64() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>
    /// Draws one of the <see cref="TrickyKeys"/>: few, so that commands meet, and alike, so that a wrong comparison shows.
    /// </summary>
    /// <returns>The key.</returns>
    public string NextKey() => TrickyKeys.All[Next(TrickyKeys.All.Count)];

    /// <summary>Creates an independent source for one purpose, so that its draws do not shift the draws for other purposes.</summary>
    /// <returns>The new source.</returns>
    public SeededRandom Fork() => new(_source.NextUInt64());
}
