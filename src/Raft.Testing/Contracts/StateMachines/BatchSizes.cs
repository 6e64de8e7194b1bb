namespace Raft.Testing;

/// <summary>How a log is cut into batches.</summary>
internal sealed class BatchSizes
{
    private readonly Func<SeededRandom, int> _next;
    private readonly ulong _seed;

    private BatchSizes(ulong seed, Func<SeededRandom, int> next) => (_seed, _next) = (seed, next);

    public static BatchSizes Fixed(int size) => new(0, _ => size);

    public static BatchSizes Random(ulong seed) => new(seed, static random => 1 + random.Next(random.Chance(0.2) ? 100 : 5));

    /// <summary>The sizes, without end: the same each time.</summary>
    public IEnumerable<int> All()
    {
        SeededRandom random = new(_seed);
        while (true)
        {
            yield return _next(random);
        }
    }
}
