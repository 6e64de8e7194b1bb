namespace Raft.Transport.Tcp.Tests;

/// <summary>How what is written is divided.</summary>
public sealed class SegmentPartsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(1_000)]
    public void Parts_AreOfTheSize_AndTogetherTheSame(int size)
    {
        byte[] bytes = [.. Enumerable.Range(0, 45).Select(static i => (byte)i)];
        ArraySegment<byte>[] segments = [new(bytes, 0, 10), new(bytes, 10, 0), new(bytes, 10, 30), new(bytes, 40, 5)];
        SegmentParts parts = new(size);
        List<byte[]> divided = [];

        parts.Begin(segments);
        while (parts.TryNext(out IReadOnlyList<ArraySegment<byte>> part))
        {
            divided.Add([.. part.SelectMany(static segment => segment)]);
        }

        Assert.Equal(bytes, divided.SelectMany(static part => part));
        Assert.All(divided.SkipLast(1), part => Assert.Equal(size, part.Length));
    }

    [Fact]
    public void Nothing_HasNoParts()
    {
        SegmentParts parts = new(10);
        parts.Begin([]);

        Assert.False(parts.TryNext(out _));
    }
}
