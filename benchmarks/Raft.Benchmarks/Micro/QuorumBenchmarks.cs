using BenchmarkDotNet.Attributes;
using Raft.Consensus;

namespace Raft.Benchmarks.Micro;

/// <summary>How far a majority has come.</summary>
public class QuorumBenchmarks
{
    private long[] _matches = [];

    [Params(3, 5, 7)]
    public int Voters { get; set; }

    [GlobalSetup]
    public void Fill() => _matches = [.. Enumerable.Range(0, Voters).Select(static number => number * 7919L % 100)];

    /// <summary>From match indices that are in no order.</summary>
    [Benchmark]
    public long LargestReached()
    {
        Span<long> matches = stackalloc long[_matches.Length];
        _matches.CopyTo(matches);
        return MajorityQuorum.LargestReached(matches);
    }
}
