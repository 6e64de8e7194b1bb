using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;
using Raft.Benchmarks.Tcp;

namespace Raft.Benchmarks.Tests;

public sealed class TcpReportTests
{
    private static readonly LoadCase Many = new(1_024, 128);

    [Theory]
    [InlineData(2.5, "2.50 (goal: 2.50)")]
    [InlineData(2.4, "2.40 (MISSED: 2.50)")]
    [InlineData(double.NaN, "")]
    public void Goal_ToReach_SaysWhetherItIsMissed(double ratio, string text) => Assert.Equal(text, new Goal(2.5).Describe(ratio));

    [Theory]
    [InlineData(1.25, "1.25 (goal: 1.25)")]
    [InlineData(1.3, "1.30 (MISSED: 1.25)")]
    public void Goal_NotToExceed_SaysWhetherItIsMissed(double ratio, string text) =>
        Assert.Equal(text, new Goal(1.25, IsMaximum: true).Describe(ratio));

    [Fact]
    public void Goal_None_ShowsTheRatioAlone() => Assert.Equal("0.50", Goal.None.Describe(0.5));

    [Fact]
    public void Report_ComparesWhatWasMeasured()
    {
        CompareResults results = new();
        Add(results, "tcp", commits: 300, cpu: 1);
        Add(results, "dotnext", commits: 100, cpu: 1);
        Add(results, "tls", commits: 200, cpu: 1.5);
        Add(results, "files", commits: 500_000, cpu: 1);
        Add(results, "processes", commits: 150_000, cpu: 1);

        Assert.Equal(
            [
                ("tcp / dotnext, commits/s", "3.00 (goal: 2.50)"),
                ("tls / dotnext, commits/s", "2.00"),
                ("tcp / framed, commits/s", ""),
                ("tls / tcp, CPU per commit", "1.50 (MISSED: 1.25)"),
                ("processes / files, commits/s", "0.30 (MISSED: 0.40)"),
            ],
            new TcpReport(results, Pace.Quick, "File system: none").RatiosOf(Many));
    }

    [Fact]
    public void Report_OfProcessesThatAreFastEnough_HasNoGoalForTheRatio()
    {
        CompareResults results = new();
        Add(results, "files", commits: 1_000_000, cpu: 1);
        Add(results, "processes", commits: 200_000, cpu: 1);

        Assert.Contains(
            ("processes / files, commits/s", "0.20"), new TcpReport(results, Pace.Quick, "File system: none").RatiosOf(Many));
    }

    private static void Add(CompareResults results, string system, double commits, double cpu) => results.Add(
        new Named(system),
        new Measurement
        {
            Case = Many,
            CommitsPerSecond = commits,
            CpuMicrosecondsPerCommit = cpu,
            AllocatedPerCommit = 1,
            P50Microseconds = 1,
            P99Microseconds = 1,
            P999Microseconds = 1,
            LongestMicroseconds = 1,
            Gen0 = 1,
            Gen1 = 1,
            Gen2 = 1,
            GcPauseShare = 0,
            Failures = 0,
        });

    /// <summary>A system that is never started.</summary>
    private sealed class Named(string name) : IContender
    {
        public string Name => name;

        public string Description => name;

        public Task StartAsync() => throw new NotSupportedException();

        public Task RunProposerAsync(Proposer proposer, Load load) => throw new NotSupportedException();

        public Task<string?> FindDifferenceAsync() => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
