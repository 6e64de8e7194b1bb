using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>Each type of a member in each container, in each form of a command: what is read back is what was written.</summary>
public class GeneratedShapeTests
{
    private const string Types = """
        [RaftCommand] public readonly partial record struct Point(int X, long? Y);
        [RaftCommand] public sealed partial class Item { public string? Name { get; set; } public Point[] Points { get; set; } = []; }
        [RaftCommand] public abstract partial record Shape(string Color);
        [RaftCommand(1)] public sealed record Circle(string Color, double Radius) : Shape(Color);
        public enum Small : sbyte { Least = -128, None = 0 }
        [RaftCommand] public sealed partial record Earlier(int Number);
        [RaftCommand] public abstract partial record Command(int Number);
        """;

    private static readonly (string Type, string Value)[] Members =
    [
        ("bool", "true"), ("byte", "255"), ("sbyte", "-128"), ("short", "-300"), ("ushort", "300"), ("int", "int.MinValue"), ("uint", "7u"),
        ("long", "long.MaxValue"), ("ulong", "ulong.MaxValue"), ("char", "'€'"), ("float", "float.NaN"), ("double", "-0.0"),
        ("decimal", "1.50m"), ("string", "\"ä😀\""), ("Guid", "new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)"),
        ("DateTime", "new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)"),
        ("DateTimeOffset", "new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-3))"), ("TimeSpan", "TimeSpan.MinValue"),
        ("DateOnly", "DateOnly.MaxValue"), ("TimeOnly", "new TimeOnly(1, 2)"), ("byte[]", "new byte[] { 1, 2 }"),
        ("ReadOnlyMemory<byte>", "new byte[] { 3 }"), ("DayOfWeek", "DayOfWeek.Friday"), ("Small", "Small.Least"),
        ("Point", "new Point(1, null)"), ("Item", "new Item { Points = [new Point(-1, 2)] }"), ("Shape", "new Circle(\"red\", 1.5)"),
    ];

    // {0} is the type of a member, and {1} its value.
    private static readonly (string Type, string Value)[] Containers =
    [
        ("{0}", "{1}"), ("{0}?", "{1}"), ("{0}?", "null"), ("{0}[]", "[{1}, {1}]"), ("List<{0}>", "[{1}]"), ("IReadOnlyList<{0}?>", "[{1}, null]"),
        ("ImmutableArray<{0}>", "[{1}, {1}]"), ("ImmutableArray<{0}>?", "null"), ("Dictionary<string, {0}>", "new() {{ [\"k\"] = {1} }}"),
        ("SortedDictionary<Small, {0}[]?>", "new() {{ [Small.None] = null, [Small.Least] = [{1}] }}"),
    ];

    [Fact]
    public void Commands_OfAllShapes_ReadBack_AreEqual()
    {
        StringBuilder types = new(Types);
        StringBuilder samples = new();
        for (int number = 0; number < Members.Length; number++)
        {
            AddForms(number, types, samples);
        }

        int compared = RoundTrip(types, samples);

        Assert.Equal(4 * Members.Length, compared);
    }

    [Fact]
    public void Members_OfAllShapes_AddedLater_HaveAValueThatCanBeWritten()
    {
        StringBuilder types = new(Types);
        StringBuilder samples = new();
        for (int number = 0; number < Members.Length; number++)
        {
            string[] added = [.. Fields(number).Select(static field => field.Type)
                .Where(static type => type.EndsWith('?') || type.StartsWith("ImmutableArray", StringComparison.Ordinal)).Distinct()];
            types.AppendLine(CultureInfo.InvariantCulture, $"[RaftCommand] public sealed partial record Later{number}(int Number) {{");
            types.AppendJoin('\n', added.Select(static (type, at) => $"[Since({at + 2})] public {type} M{at} {{ get; init; }}"));
            types.AppendLine("}");
            samples.AppendLine(CultureInfo.InvariantCulture, $"RoundTrip(Later{number}.Codec, Upgrade(Later{number}.Codec), compare);");
        }

        int compared = RoundTrip(types, samples);

        Assert.Equal(Members.Length, compared);
    }

    /// <summary>As a record, a class, a struct, and one of several commands whose last members were added later.</summary>
    private static void AddForms(int number, StringBuilder types, StringBuilder samples)
    {
        (string Type, string Value)[] fields = [.. Fields(number)];
        string parameters = string.Join(", ", fields.Select(static (field, at) => $"{field.Type} M{at}"));
        string properties = string.Join('\n', fields.Select(static (field, at) => $"public required {field.Type} M{at} {{ get; set; }}"));
        string values = string.Join(", ", fields.Select(static field => field.Value));
        string set = string.Join(", ", fields.Select(static (field, at) => $"M{at} = {field.Value}"));
        types.AppendLine(CultureInfo.InvariantCulture, $$"""
            [RaftCommand] public sealed partial record Record{{number}}({{parameters}});
            [RaftCommand] public partial class Class{{number}} { {{properties}} }
            [RaftCommand] public partial struct Struct{{number}} { {{properties}} }
            [RaftCommand({{number + 1}})] public record Derived{{number}}({{parameters}}, [property: Since(2)] int Last = 3) : Command(Last);
            """);
        samples.AppendLine(CultureInfo.InvariantCulture, $$"""
            RoundTrip(Record{{number}}.Codec, new Record{{number}}({{values}}), compare);
            RoundTrip(Class{{number}}.Codec, new Class{{number}} { {{set}} }, compare);
            RoundTrip(Struct{{number}}.Codec, new Struct{{number}} { {{set}} }, compare);
            RoundTrip(Command.Codec, new Derived{{number}}({{values}}) { Number = -5 }, compare);
            """);
    }

    private static IEnumerable<(string Type, string Value)> Fields(int number)
    {
        (string type, string value) = Members[number];
        return Containers.Select(each => (
            string.Format(CultureInfo.InvariantCulture, each.Type, type),
            string.Format(CultureInfo.InvariantCulture, each.Value, type, value)));
    }

    /// <summary>Compiles the types, and compares every stored value of the samples. Returns how many there were.</summary>
    private static int RoundTrip(StringBuilder types, StringBuilder samples)
    {
        Assembly program = Generated.Load(Generated.Compile($$"""
            {{types}}
            public static class Samples
            {
                public static void Compare(Action<object?, object?> compare)
                {
                    {{samples}}
                }

                private static void RoundTrip<T>(CommandCodec<T> codec, T value, Action<object?, object?> compare)
                {
                    ArrayBufferWriter<byte> bytes = new();
                    codec.Write(value, bytes);
                    compare(value, codec.Read(bytes.WrittenMemory));
                }

                public static T Upgrade<T>(CommandCodec<T> codec)
                {
                    ArrayBufferWriter<byte> bytes = new();
                    Earlier.Codec.Write(new Earlier(7), bytes);
                    return codec.Read(bytes.WrittenMemory);
                }
            }
            """));
        int compared = 0;
        program.GetType("Samples")!.GetMethod("Compare")!.CreateDelegate<Action<Action<object?, object?>>>()((written, read) =>
        {
            Assert.Equal(Describe(written), Describe(read));
            compared++;
        });
        return compared;
    }

    /// <summary>All that an object stores.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string or bool or char or decimal or Guid or Enum or TimeSpan or DateOnly => $"{value}",
        float number => BitConverter.SingleToInt32Bits(number).ToString(CultureInfo.InvariantCulture),
        double number => BitConverter.DoubleToInt64Bits(number).ToString(CultureInfo.InvariantCulture),
        DateTime or DateTimeOffset or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        ReadOnlyMemory<byte> memory => Convert.ToHexString(memory.Span),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Describe))}]",
        _ when value.GetType().IsPrimitive => $"{value}",
        _ => $"{value.GetType().Name}({string.Join(", ", FieldsOf(value.GetType()).Select(field => Describe(field.GetValue(value))))})",
    };

    private static IEnumerable<FieldInfo> FieldsOf(Type? type) => type is null || type == typeof(object)
        ? []
        : FieldsOf(type.BaseType).Concat(type.GetFields(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
}
