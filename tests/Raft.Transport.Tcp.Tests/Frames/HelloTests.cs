namespace Raft.Transport.Tcp.Tests;

/// <summary>The first bytes of a connection, which all versions understand.</summary>
public sealed class HelloTests
{
    private static readonly Hello Sample = new()
    {
        Versions = new VersionRange(1, 1),
        Process = new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"),
        StartedAt = 7,
        DialNumber = 2,
        Lane = LaneKind.Bulk,
        MaximumFrame = 1_048_576,
        Address = "10.0.0.1:7001",
        DialledAddress = "10.0.0.2:7001",
    };

    [Fact]
    public void Hello_HasTheDocumentedBytes() => Assert.Equal(
        "524654430101440000030201000504070608090a0b0c0d0e0f0700000000000000020000000000000001000010000d003130"
        + "2e302e302e313a373030310d0031302e302e302e323a37303031dd21b7e4",
        Convert.ToHexStringLower(Sample.Encode()));

    [Fact]
    public void Refusal_HasTheDocumentedBytes() => Assert.Equal(
        "52465443010105000302006e6f12af28c0",
        Convert.ToHexStringLower(Hello.Refuse(new VersionRange(1, 1), RefusalCode.Certificate, "no").Encode()));

    [Fact]
    public void Hello_IsReadUnchanged() => Assert.Equal(Sample, Hello.Decode(Sample.Encode()));

    [Fact]
    public void Hello_WithFieldsOfALaterVersion_IsRead()
    {
        byte[] rest = [.. Sample.Encode()[Hello.HeadSize..^sizeof(uint)], 1, 2, 3];
        byte[] bytes = [.. Sample.Encode()[..6], (byte)rest.Length, 0, .. rest];
        bytes = [.. bytes, .. BitConverter.GetBytes(Crc32C.Compute(bytes))];

        Assert.Equal(Sample, Hello.Decode(bytes));
    }

    [Fact]
    public void Hello_WithAnyBitFlipped_IsRefused()
    {
        byte[] bytes = Sample.Encode();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            // A longer length makes the reader wait for bytes that do not come; what is tested is that nothing is accepted.
            Assert.Throws<FrameException>(() => Read(damaged));
        }
    }

    [Fact]
    public void Hello_TruncatedAnywhere_IsRefused()
    {
        byte[] bytes = Sample.Encode();
        for (int length = Hello.HeadSize; length < bytes.Length; length++)
        {
            Assert.Throws<FrameException>(() => Read(bytes[..length]));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000\u0000\u0000\u0000")]
    public void OtherProtocol_IsRefused_WithAHint(string text) =>
        Assert.Throws<FrameException>(() => Hello.ReadHead(System.Text.Encoding.ASCII.GetBytes(text).AsSpan(0, Hello.HeadSize)));

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 3, 2, 5, 3)]
    [InlineData(2, 5, 1, 3, 3)]
    [InlineData(1, 1, 2, 3, null)]
    [InlineData(4, 5, 1, 3, null)]
    public void Versions_AgreeOnTheHighestThatBothSpeak(byte low, byte high, byte otherLow, byte otherHigh, int? expected) =>
        Assert.Equal(expected, new VersionRange(low, high).Agree(new VersionRange(otherLow, otherHigh)));

    private static Hello Read(byte[] bytes)
    {
        int length = Hello.HeadSize + Hello.ReadHead(bytes.AsSpan(0, Hello.HeadSize));
        return length == bytes.Length ? Hello.Decode(bytes) : throw new FrameException("its length is another one");
    }
}
