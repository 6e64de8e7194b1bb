using BenchmarkDotNet.Attributes;
using Raft.Consensus;

namespace Raft.Benchmarks.Micro;

/// <summary>The cost of finding the index that a quorum has reached.</summary>
public class QuorumBenchmarks
{
    private long[] _matches = [];

    [Params(3, 5, 7)]
    public int Voters { get; set; }

    [GlobalSetup]
    public void Fill() => _matches = [.. Enumerable.Range(0, Voters).Select(static number => number * 7919L % 100)];

    /// <summary>From match indices in no order.</summary>
    [Benchmark]
    public long LargestReached() => Quorum.OfMajority(Voters).LargestReached(_matches);
}
