using System.Text;

namespace Raft.Testing.Tests.Contracts;

/// <summary>The keys that trap do.</summary>
public sealed class TrickyKeysTests
{
    [Fact]
    public void Keys_AreDifferent() => Assert.Distinct(TrickyKeys.All, StringComparer.Ordinal);

    [Fact]
    public void Keys_SomeAreEqualToOtherComparers()
    {
        Assert.True(TrickyKeys.All.Distinct(StringComparer.OrdinalIgnoreCase).Count() < TrickyKeys.All.Count);
        Assert.Contains("e\u0301", TrickyKeys.All);
        Assert.Contains("\u00E9", TrickyKeys.All);
        Assert.True(TrickyKeys.All.Select(static key => key.Trim()).Distinct().Count() < TrickyKeys.All.Count);
    }

    [Fact]
    public void Keys_TwoAreInAnotherOrderAsBytes()
    {
        string[] pair = ["\uFF21", "\U0001F6F6"];

        Assert.Subset(TrickyKeys.All.ToHashSet(), pair.ToHashSet());
        Assert.True(string.CompareOrdinal(pair[0], pair[1]) > 0);
        Assert.True(Encoding.UTF8.GetBytes(pair[0]).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(pair[1])) < 0);
    }

    [Fact]
    public void NextKey_DrawsAllOfThem()
    {
        SeededRandom random = new(seed: 1);

        string[] drawn = [.. Enumerable.Range(0, 1_000).Select(_ => random.NextKey())];

        Assert.Equal(TrickyKeys.All.Order(StringComparer.Ordinal), drawn.Distinct().Order(StringComparer.Ordinal));
    }
}
