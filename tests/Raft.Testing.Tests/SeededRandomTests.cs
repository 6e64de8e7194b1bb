namespace Raft.Testing.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextUInt64_OfASeed_GivesTheNumbersOfSplitMix64()
    {
        SeededRandom random = new(1234567);

        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL],
            [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()]);
    }

    [Fact]
    public void Next_OverManyDraws_StaysInRangeAndReachesAllOfIt()
    {
        SeededRandom random = new(5);

        int[] draws = [.. Enumerable.Range(0, 1_000).Select(_ => random.Next(7))];

        Assert.Equal(Enumerable.Range(0, 7), draws.Distinct().Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(0));
    }

    [Fact]
    public void Chance_AtItsEnds_IsCertain()
    {
        SeededRandom random = new(5);

        Assert.DoesNotContain(true, Enumerable.Range(0, 1_000).Select(_ => random.Chance(0)));
        Assert.DoesNotContain(false, Enumerable.Range(0, 1_000).Select(_ => random.Chance(1)));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => random.Chance(0.3)), 2_800, 3_200);
    }

    [Fact]
    public void NextBetween_OverManyDraws_IncludesBothEnds()
    {
        SeededRandom random = new(5);

        long[] draws = [.. Enumerable.Range(0, 200).Select(_ => random.NextBetween(TimeSpan.FromTicks(3), TimeSpan.FromTicks(5)).Ticks)];

        Assert.Equal([3, 4, 5], draws.Distinct().Order());
    }

    [Fact]
    public void Fork_WhenTheForkDraws_DoesNotShiftTheOriginal()
    {
        SeededRandom one = new(9);
        SeededRandom other = new(9);
        SeededRandom fork = one.Fork();
        other.Fork();

        fork.NextUInt64();

        Assert.Equal(other.NextUInt64(), one.NextUInt64());
    }
}
