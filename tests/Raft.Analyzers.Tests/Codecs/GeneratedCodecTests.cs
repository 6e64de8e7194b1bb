using static Raft.Analyzers.Tests.Codecs.Encoded;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>What generated codecs write and read. The bytes are those of logs that exist: they never change.</summary>
public class GeneratedCodecTests
{
    private const string EverythingBytes =
        "0101FFFF01FFFF03FFFF03FFFFFFFF0FFFFFFFFF0FFEFFFFFFFFFFFFFFFF01FFFFFFFFFFFFFFFFFF01AC410000C03F000000000000F0FF96"
        + "000000000000000000000000000200047465787400010100112233445566778899AABBCCDDEEFF8000B796AB49DE488000B796AB49DE08B3"
        + "01FFD9C409A1922D80F499B59019030102030204050A0201610002020204000201017800020161020162040200000201016D010100112233"
        + "445566778899AABBCCDDEEFF010100000000000000000000000000000000";

    [Fact]
    public void Command_WithATag_HasTheBytesOfItsFirstVersion()
    {
        Assert.Equal("01074465706F73697401026131D00F", Hex(BankCommand.Codec, new Deposit("a1", 1_000)));
        Assert.Equal("02085769746864726177010261310D", Hex(BankCommand.Codec, new Withdraw("a1", -7)));
    }

    [Fact]
    public void Command_WithMembersAddedLater_HasThemAtItsEnd() =>
        Assert.Equal("01074465706F73697403026131D00F0104676966740A", Hex(LaterBankCommand.Codec, new LaterDeposit("a1", 1_000, "gift")));

    [Fact]
    public void Type_OfItsOwn_StartsWithItsVersion() => Assert.Equal("04", Hex(Outer.Marker.Codec, new Outer.Marker()));

    [Fact]
    public void Command_ReadBack_IsEqual()
    {
        BankCommand command = new Deposit("ä€😀", long.MinValue);

        Assert.Equal(command, ReadBack(BankCommand.Codec, command));
    }

    [Fact]
    public void Command_OfAnEarlierVersion_HasDefaultsForWhatWasAdded()
    {
        LaterBankCommand read = LaterBankCommand.Codec.Read(Bytes(BankCommand.Codec, new Deposit("a1", 1_000)));

        Assert.Equal(new LaterDeposit("a1", 1_000, Reason: null, Priority: 5), read);
    }

    [Fact]
    public void Command_ThatIsNotKnown_IsRefusedByName()
    {
        byte[] bytes = Bytes(LaterBankCommand.Codec, new Close("a1"));

        UnknownCommandException refusal = Assert.Throws<UnknownCommandException>(() => BankCommand.Codec.Read(bytes));

        Assert.Equal(("Close", 1, 0), (refusal.Command, refusal.Version, refusal.KnownVersion));
        Assert.Equal(
            "This node does not know the BankCommand 'Close' (tag 3, version 1): a later version of the program wrote it. Upgrade this "
            + "node.",
            refusal.Message);
    }

    [Fact]
    public void Command_OfALaterVersion_IsRefusedByNameAndVersion()
    {
        byte[] bytes = Bytes(LaterBankCommand.Codec, new LaterDeposit("a1", 1_000));

        UnknownCommandException refusal = Assert.Throws<UnknownCommandException>(() => BankCommand.Codec.Read(bytes));

        Assert.Equal(("Deposit", 3, 1), (refusal.Command, refusal.Version, refusal.KnownVersion));
    }

    [Fact]
    public void Result_WithNestedTypes_ReadBack_IsEqual()
    {
        Statement statement = new("a1", new Money(12.50m, Currency.Dollar))
        {
            Recent = [new Money(1, Currency.Euro), new Money(-2.00m, Currency.Dollar)],
            Limit = new Money(0, Currency.Euro),
            Last = new Withdraw("a1", 3),
        };

        Statement read = ReadBack(Statement.Codec, statement);

        Assert.Equal(statement.Recent, read.Recent);
        Assert.Equal(statement with { Recent = [] }, read with { Recent = [] });
    }

    [Fact]
    public void EveryType_ReadBack_IsEqual()
    {
        Everything value = Sample();

        Everything read = ReadBack(Everything.Codec, value);

        Assert.Equal(
            (value.Byte, value.SByte, value.Short, value.Int, value.Long, value.ULong, value.Letter, value.Double, value.Decimal),
            (read.Byte, read.SByte, read.Short, read.Int, read.Long, read.ULong, read.Letter, read.Double, read.Decimal));
        Assert.Equal(
            (value.Text, value.Missing, value.Number, value.Id, value.Time, value.Time.Kind, value.Moment, value.Duration, value.Day),
            (read.Text, read.Missing, read.Number, read.Id, read.Time, read.Time.Kind, read.Moment, read.Duration, read.Day));
        Assert.Equal(value.Immutable, read.Immutable);
        Assert.Equal(value.Lists, read.Lists);
        Assert.Equal(value.Map, read.Map);
        Assert.Equal(value.Sorted, read.Sorted);
        Assert.Equal(value.Rates, read.Rates);
        Assert.Equal(value.Memory.ToArray(), read.Memory.ToArray());
        Assert.Equal(Hex(Everything.Codec, value), Hex(Everything.Codec, read));
    }

    [Fact]
    public void EveryType_HasTheBytesOfItsFirstVersion() => Assert.Equal(EverythingBytes, Hex(Everything.Codec, Sample()));

    [Fact]
    public void Dictionary_FilledInAnotherOrder_HasTheSameBytes()
    {
        Everything first = new() { Text = "", Map = { ["b"] = 1, ["a"] = 2, ["B"] = 3 } };
        Everything second = new() { Text = "", Map = { ["B"] = 3, ["a"] = 2, ["b"] = 1 } };

        Assert.Equal(Hex(Everything.Codec, first), Hex(Everything.Codec, second));
    }

    [Fact]
    public void MemberOfABase_AddedLater_HasItsVersionInEveryDerivedType()
    {
        Assert.Equal("01035061790302613102010274310E", Hex(TracedCommand.Codec, new TracedPay("a1", "t1", 7, 1)));
        Assert.Equal(
            new TracedPay("a1", Trace: null, Priority: 5, 1),
            TracedCommand.Codec.Read(Bytes(UntracedCommand.Codec, new UntracedPay("a1", 1))));
    }

    [Fact]
    public void ImmutableArray_AddedLater_IsEmptyInEarlierVersions() =>
        Assert.Equal([], LaterOrder.Codec.Read(Bytes(Order.Codec, new Order(1))).Lines.ToArray());

    [Fact]
    public void ImmutableArray_WithoutAValue_IsWrittenAsEmpty() =>
        Assert.Equal(Hex(LaterOrder.Codec, new LaterOrder(1, [])), Hex(LaterOrder.Codec, new LaterOrder(1)));

    [Fact]
    public void Value_OfADerivedTypeThatTheCodecDoesNotKnow_IsRefused()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Bytes(Plain.Codec, new Extended(1, 2)));

        Assert.Equal(
            "The codec of Plain would lose what Extended adds to it. Give both types an abstract base with [RaftCommand], and tags of "
            + "their own. (Parameter 'value')",
            refusal.Message);
        Assert.Equal("0102", Hex(Plain.Codec, new Plain(1)));
    }
}
