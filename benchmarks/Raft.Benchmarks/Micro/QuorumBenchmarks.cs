using System.Globalization;
using BenchmarkDotNet.Attributes;

namespace Raft.Benchmarks.Micro;

/// <summary>The cost of finding the index that a quorum has reached.</summary>
public class QuorumBenchmarks
{
    private NodeId[] _voters = [];
    private long[] _matches = [];
    private ClusterConfiguration _configuration = null!;
    private Func<NodeId, long> _matchOf = null!;

    [Params(3, 5, 7)]
    public int Voters { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _voters = [.. Enumerable.Range(1, Voters).Select(static number => new NodeId(number.ToString(CultureInfo.InvariantCulture)))];
        _matches = [.. Enumerable.Range(0, Voters).Select(static number => number * 7919L % 100)];
        _configuration = new ClusterConfiguration(_voters.Select(static voter => new RaftMember(voter)));
        _matchOf = voter => _matches[Array.IndexOf(_voters, voter)];
    }

    /// <summary>From match indices in no order.</summary>
    [Benchmark]
    public long LargestReached() => _configuration.LargestReached(_matchOf);
}
