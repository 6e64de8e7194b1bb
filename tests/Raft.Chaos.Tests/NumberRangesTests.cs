namespace Raft.Chaos.Tests;

/// <summary>The set that counts what was acknowledged and applied.</summary>
public sealed class NumberRangesTests
{
    [Fact]
    public void Ranges_NumbersInOrder_AreOneRange() => Assert.Equal("1-4", Of(1, 2, 3, 4).ToString());

    [Fact]
    public void Ranges_GapIsFilled_RangesBecomeOne() => Assert.Equal("1-5", Of(1, 2, 4, 5, 3).ToString());

    [Fact]
    public void Ranges_NumberIsThere_IsRefused()
    {
        NumberRanges ranges = Of(1, 2, 3, 7);

        Assert.False(ranges.Add(2));
        Assert.False(ranges.Add(7));
        Assert.True(ranges.Add(5));
        Assert.Equal("1-3,5-5,7-7", ranges.ToString());
    }

    [Fact]
    public void Ranges_TextIsParsed_AreEqual()
    {
        NumberRanges ranges = Of(9, 1, 2, 4);

        Assert.Equal(ranges.ToString(), NumberRanges.Parse(ranges.ToString()).ToString());
        Assert.Equal(4, NumberRanges.Parse(ranges.ToString()).Count);
    }

    [Fact]
    public void Except_OtherLacksSome_NamesThem() => Assert.Equal([2, 5], Of(1, 2, 3, 5).Except(Of(1, 3, 4)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ranges_RandomNumbers_EqualASet(int seed)
    {
        Random random = new(seed);
        NumberRanges ranges = new();
        HashSet<long> set = [];
        for (int i = 0; i < 500; i++)
        {
            long number = random.Next(1, 300);
            Assert.Equal(set.Add(number), ranges.Add(number));
        }

        Assert.All(Enumerable.Range(0, 302), number => Assert.Equal(set.Contains(number), ranges.Contains(number)));
        Assert.Equal(set.Count, ranges.Count);
    }

    private static NumberRanges Of(params long[] numbers)
    {
        NumberRanges ranges = new();
        Assert.All(numbers, number => Assert.True(ranges.Add(number)));
        return ranges;
    }
}
