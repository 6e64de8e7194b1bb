using static Raft.Analyzers.Tests.Codecs.Encoded;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>Bytes that no codec has written. A client may propose them, so they may neither end the process nor fill its memory.</summary>
public class HostileBytesTests
{
    private const string TooDeepToWrite = "is nested more than 64 levels deep";
    private const string TooDeepToRead = "is nested more than 256 levels deep";

    [Fact]
    public void EveryPrefixOfTheBytes_IsRefused()
    {
        byte[] bytes = Bytes(Everything.Codec, Sample());

        for (int length = 0; length < bytes.Length; length++)
        {
            ReadOnlyMemory<byte> cut = bytes.AsMemory(0, length);
            Assert.Throws<FormatException>(() => Everything.Codec.Read(cut));
        }
    }

    [Fact]
    public void BytesAfterTheEnd_AreRefused()
    {
        byte[] bytes = [.. Bytes(BankCommand.Codec, new Deposit("a1", 1)), 0];

        Assert.Throws<FormatException>(() => BankCommand.Codec.Read(bytes));
    }

    [Fact]
    public void CountOfElements_BeyondTheBytes_IsRefused()
    {
        CommandReader reader = new(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1 });
        string? message = null;
        try
        {
            _ = reader.ReadLength();
        }
        catch (FormatException exception)
        {
            message = exception.Message;
        }

        Assert.Equal("At byte 5 at least 2147483647 more bytes are expected, and there are 1.", message);
    }

    [Fact]
    public void CountOfElements_WithinTheBytes_ReservesMemoryForAFewOnly()
    {
        byte[] bytes = new byte[1_000_000];
        bytes[0] = 1;
        new byte[] { 0xB0, 0xBD, 0x3C, 1 }.CopyTo(bytes, 1); // 990,000 elements, the first of which has a version that does not exist

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => WideList.Codec.Read(bytes));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Values_NestedDeeply_AreRefused()
    {
        byte[] chain = [.. Enumerable.Repeat<byte[]>([1, 0, 1], 30_000).SelectMany(static each => each)];
        byte[] tree = [.. Enumerable.Repeat<byte[]>([1, 1], 30_000).SelectMany(static each => each)];

        Assert.Contains(TooDeepToRead, Assert.Throws<FormatException>(() => Node.Codec.Read(chain)).Message, StringComparison.Ordinal);
        Assert.Contains(TooDeepToRead, Assert.Throws<FormatException>(() => Tree.Codec.Read(tree)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_NestedAsDeeplyAsPossible_AreReadBack()
    {
        Node deepest = Chain(65);

        Assert.Equal(deepest, ReadBack(Node.Codec, deepest));
    }

    /// <summary>A log may have values that another version of the library has written.</summary>
    [Fact]
    public void Values_NestedMoreDeeplyThanTheyAreWritten_AreReadUpToALimit()
    {
        Assert.Equal(257, Links(Node.Codec.Read(ChainBytes(257))).Count());
        Assert.Contains(
            TooDeepToRead, Assert.Throws<FormatException>(() => Node.Codec.Read(ChainBytes(258))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_NestedTooDeeply_AreNotWritten()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Bytes(Node.Codec, Chain(66)));

        Assert.Contains(TooDeepToWrite, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_NextToEachOther_AreNotNested()
    {
        Tree wide = new([.. Enumerable.Repeat(new Tree([]), 1_000)]);

        Assert.Equal(1_000, ReadBack(Tree.Codec, wide).Children.Count);
    }

    [Theory]
    [InlineData("8000")]
    [InlineData("FFFFFF00")]
    [InlineData("80808080808080808000")]
    public void Number_LongerThanItNeedsToBe_IsRefused(string bytes)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => new CommandReader(Convert.FromHexString(bytes)).ReadUInt64());

        Assert.EndsWith("is longer than it needs to be.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dictionary_WithAKeyTwice_IsRefused()
    {
        Everything value = new() { Text = "", Map = { ["k1"] = 1, ["k2"] = 2 } };
        string bytes = Hex(Everything.Codec, value).Replace("026B32", "026B31", StringComparison.Ordinal);

        FormatException refusal = Assert.Throws<FormatException>(() => Everything.Codec.Read(Convert.FromHexString(bytes)));

        Assert.Equal("A dictionary has the same key twice.", refusal.Message);
    }

    [Fact]
    public void BytesThatAreDamaged_AreReadOrRefused()
    {
        Random random = new(7);

        Damage(random, Everything.Codec, Sample());
        Damage(random, BankCommand.Codec, new Deposit("a1", 1_000));
        Damage(random, LaterBankCommand.Codec, new LaterDeposit("a1", 1_000, "gift"));
        Damage(random, Tree.Codec, new Tree([new Tree([new Tree([])]), new Tree([])]));
        Damage(random, Node.Codec, Chain(40));
        Damage(random, LaterOrder.Codec, new LaterOrder(1, ["a", "b"]));
    }

    /// <summary>What can be read, can be written again. Everything else is refused in the way in which a node expects it.</summary>
    private static void Damage<T>(Random random, CommandCodec<T> codec, T value)
    {
        byte[] intact = Bytes(codec, value);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = (round % 3) switch
            {
                0 => intact[..random.Next(intact.Length)],
                1 => [.. intact],
                _ => new byte[random.Next(200)],
            };
            int changes = round % 3 == 2 ? bytes.Length : random.Next(4);
            for (int change = 0; change < changes && bytes.Length > 0; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 4 : 256);
            }

            try
            {
                _ = Bytes(codec, codec.Read(bytes));
            }
            catch (Exception exception) when (exception is FormatException or UnknownCommandException)
            {
                // These bytes are not a value.
            }
        }
    }

    private static byte[] ChainBytes(int length) =>
        [.. Enumerable.Repeat<byte[]>([1, 0, 1], length - 1).SelectMany(static each => each), 1, 0, 0];

    private static IEnumerable<Node> Links(Node first)
    {
        for (Node? each = first; each is not null; each = each.Next)
        {
            yield return each;
        }
    }

    private static Node Chain(int length) =>
        Enumerable.Range(1, length).Aggregate((Node?)null, static (next, value) => new Node(value, next))!;
}
