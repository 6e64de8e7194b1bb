using System.Globalization;

namespace Raft.Chaos;

/// <summary>How many linearizable reads each node has answered. Safe to use from any thread.</summary>
/// <param name="nodes">The ids of the nodes.</param>
internal sealed class ReadCounts(IReadOnlyList<string> nodes)
{
    private readonly long[] _answered = new long[nodes.Count];

    /// <summary>How many reads all nodes together have answered.</summary>
    public long Total => Current.Sum();

    /// <summary>How many reads the node has answered that has answered the fewest.</summary>
    public long Fewest => Current.Min();

    private IEnumerable<long> Current => Enumerable.Range(0, _answered.Length).Select(node => Interlocked.Read(ref _answered[node]));

    /// <summary>A node has answered a read.</summary>
    public void Add(int node) => Interlocked.Increment(ref _answered[node]);

    public override string ToString() =>
        string.Join(", ", nodes.Zip(Current, static (node, count) => string.Create(CultureInfo.InvariantCulture, $"{node} {count}")));
}
