using System.Buffers;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>Values as the bytes of their codecs.</summary>
internal static class Encoded
{
    public static Everything Sample() => new()
    {
        Flag = true,
        Byte = 255,
        SByte = -128,
        Short = short.MinValue,
        UShort = ushort.MaxValue,
        Int = int.MinValue,
        UInt = uint.MaxValue,
        Long = long.MaxValue,
        ULong = ulong.MaxValue,
        Letter = '€',
        Single = 1.5f,
        Double = double.NegativeInfinity,
        Decimal = 1.50m,
        Text = "text",
        Number = -1,
        Id = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        Time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Moment = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(-90)),
        Duration = TimeSpan.FromSeconds(-1),
        Date = new DateOnly(2026, 1, 2),
        TimeOfDay = new TimeOnly(23, 59),
        Bytes = [1, 2, 3],
        Memory = new byte[] { 4, 5 },
        Day = DayOfWeek.Friday,
        Array = ["a", ""],
        Lists = [[1, 2], []],
        Immutable = ["x", null],
        Map = { ["b"] = 2, ["a"] = 1 },
        Sorted = { [DayOfWeek.Monday] = ["m"], [DayOfWeek.Sunday] = [] },
        Rates = new Dictionary<Guid, Money> { [new Guid("00112233-4455-6677-8899-aabbccddeeff")] = new Money(1, Currency.Euro) },
    };

    public static byte[] Bytes<T>(ICodec<T> codec, T value)
    {
        ArrayBufferWriter<byte> buffer = new();
        codec.Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Hex<T>(ICodec<T> codec, T value) => Convert.ToHexString(Bytes(codec, value));

    public static T ReadBack<T>(ICodec<T> codec, T value) => codec.Read(Bytes(codec, value));
}
