using Raft.Benchmarks.Disk;

namespace Raft.Benchmarks.Tests;

public sealed class SideBySideTests
{
    [Fact]
    public void Ratio_IsTheMedianOfTheRatiosOfEachRepetition()
    {
        SideBySide speeds = new(target: 0.8);
        speeds.Add(ours: 90, bare: 100);
        speeds.Add(ours: 45, bare: 50); // the disk was slow, for both
        speeds.Add(ours: 10, bare: 100);

        Assert.Equal(0.9, speeds.Ratio, precision: 6);
        Assert.Equal((45, 100), (speeds.Ours, speeds.Bare));
    }

    [Theory]
    [InlineData(80, 0.8, "80 % (goal: 80 %)")]
    [InlineData(79, 0.8, "79 % (MISSED: 80 %)")]
    [InlineData(79, double.NaN, "79 %")]
    public void Verdict_NamesTheGoal(double ours, double target, string verdict)
    {
        SideBySide speeds = new(target);
        speeds.Add(ours, bare: 100);

        Assert.Equal(verdict, speeds.Verdict);
    }

    [Theory]
    [InlineData(1, 128, 512)]
    [InlineData(4_096, 1_024, 4_207_104)]
    public void StoredBytes_AreWholeSectors(int entries, int payloadBytes, long bytes) =>
        Assert.Equal(bytes, new StoreCase(entries, payloadBytes).StoredBytes);
}
