using Microsoft.CodeAnalysis;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>What the generator writes for types that it accepts: it compiles without a warning, whatever their names are.</summary>
public class GeneratedCodeTests
{
    private const string Base = "[RaftCommand] public abstract partial record Command;";

    [Theory]
    [InlineData(Base + "[RaftCommand(1)] public sealed record A(string Text) : Command; [RaftCommand(7)] public record B : Command;"
        + "[RaftCommand(2)] public sealed record C(int? Number, string? Text) : B;")]
    [InlineData("[RaftCommand] public partial struct Point { public int X { get; set; } public int Y { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial record Odd(int version, string reader, long @class, byte[]? value);")]
    [InlineData("[RaftCommand] public sealed partial record Odd(int Name, int name, int? part0, int part0_value, int @await);")]
    [InlineData("public partial interface IOuter { [RaftCommand] public sealed partial record Inner(int[][] Grid); }")]
    [InlineData("namespace Some.Space { [RaftCommand] internal sealed partial record Fee([property: Since(3)] decimal Rate = 1.5m); }")]
    [InlineData("[RaftCommand] public partial record Plain(int X); [RaftCommand] public sealed partial record More(int X, int Y) : Plain(X);")]
    [InlineData("public abstract class B { public static int Codec => 1; } [RaftCommand] public sealed partial class A : B { }")]
    [InlineData("[RaftCommand] public sealed partial record Node(int Value, Node? Next, List<Node?> Others);")]
    public void Type_OfAnyForm_Compiles(string types) => AssertCompiles(types);

    [Theory]
    [InlineData(Base + "namespace N1 { [RaftCommand(1)] public sealed record Open : Command; }"
        + "namespace N2 { [RaftCommand(2)] public sealed record Open : Command; }")]
    [InlineData(Base + "[RaftCommand(1)] public sealed record AccountOpen : Command;"
        + "public static class Account { [RaftCommand(2)] public sealed record Open : Command; }")]
    [InlineData("namespace @namespace.@class { [RaftCommand] public sealed partial record @event(int @is, string? @null); }")]
    [InlineData("public static partial class @static { [RaftCommand] public sealed partial record @record(int @required); }")]
    [InlineData("[RaftCommand] public sealed partial record Fee(int X); [RaftCommand] public sealed partial record FEE(int X);")]
    [InlineData("namespace Space { [RaftCommand] public sealed partial record Überweisung\u203f1(int Zahl); }")]
    [InlineData(Base + "[RaftCommand(1, Name = \"a{b}\\\"\\\\\")] public record A(int X) : Command;")]
    public void Names_OfAnyKind_Compile(string types) => AssertCompiles(types);

    [Theory]
    [InlineData("double Max = double.PositiveInfinity")]
    [InlineData("double Min = double.NegativeInfinity")]
    [InlineData("double? Any = double.NaN")]
    [InlineData("float Max = float.PositiveInfinity")]
    [InlineData("float Any = -0f")]
    [InlineData("DayOfWeek Day = (DayOfWeek)(-3)")]
    [InlineData("long Least = long.MinValue")]
    [InlineData("char Quote = '\\''")]
    [InlineData("string Text = \"a\\\"\\n\"")]
    [InlineData("bool? Is = true")]
    public void DefaultValue_OfAnyKind_Compiles(string parameter) =>
        AssertCompiles($"[RaftCommand] public sealed partial record Deposit(int Number, [property: Since(2)] {parameter});");

    [Theory]
    [InlineData("[RaftCommand] public sealed partial class A { public int Number { get; private set; } }")]
    [InlineData("[RaftCommand] public sealed partial class A { public int Number { private get; set; } public int Twice => 2 * Number; }")]
    [InlineData("public abstract class B { public int Number { get; protected set; } } [RaftCommand] public sealed partial class A : B { }")]
    [InlineData("[RaftCommand] public sealed partial class A { private int _x; public int X { get => _x; set => _x = Math.Abs(value); } }")]
    [InlineData("[RaftCommand] public sealed partial class A(int x) { private readonly int _x = x; public int X => _x; }")]
    [InlineData("[RaftCommand] public sealed partial class A(int x) { public int X => x; public int Twice() => 2 * x; }")]
    [InlineData("[RaftCommand] public sealed partial class A(int x) { public int X { get; } = x; }")]
    [InlineData("[RaftCommand] public sealed partial record A(int X) { [NonSerialized] private int? _hash; public int H() => _hash ??= X; }")]
    [InlineData("[RaftCommand] public sealed partial record A(int X) { [field: NonSerialized] public int Twice { get; } = 2 * X; }")]
    [InlineData("[RaftCommand] public sealed partial record A(int X) { private static int s_count; public static int Next() => ++s_count; }")]
    [InlineData("[RaftCommand] public sealed partial record A(int X) { public const int Most = 5; public int Rest => Most - X; }")]
    [InlineData("public abstract record B { public abstract int X { get; init; } public virtual int Y { get; init; } }"
        + "[RaftCommand] public sealed partial record A : B { public override int X { get; init; } public override int Y { get; init; } }")]
    [InlineData("[RaftCommand] public sealed partial class A { public A(string text) => Text = text; public required string Text { get; init; } }")]
    [InlineData("[RaftCommand] public sealed partial class A { public A(string text) => Text = text; public string? Text { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial class A(int x) { public int X { get; } = x; [Obsolete(\"Use X.\")] public int Y { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial class A { [Obsolete] public int Y { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial class A { [Obsolete(\"Use X.\", error: true)] public int Y { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial record A([property: Obsolete(\"\", true)] int X, [property: Obsolete(\"\", true)] int? Y);")]
    [InlineData("[RaftCommand] public sealed partial class A(int x) { public int X { [Obsolete(\"\", true)] get; } = x; }")]
    [InlineData(Base + "[RaftCommand(1), Obsolete(\"Use B.\", error: true)] public sealed record A(int X) : Command;")]
    [InlineData(Base + "[RaftCommand(1)] public sealed record A : Command { [Obsolete(\"\", true)] public A(int x) => X = x; public int X { get; } }")]
    [InlineData(Base + "[RaftCommand(1)] public sealed record A : Command { public int Number { get; internal set; } }")]
    public void Members_OfAnyKind_Compile(string types) => AssertCompiles(types);

    [Fact]
    public void TypesOfAnotherProject_CanBeMembers()
    {
        (_, Compilation referenced) = Generated.Run(Generated.Compile(
            "[RaftCommand] public readonly partial record struct Money(long Cents);" + Base));

        Assert.Empty(Generated.Problems(Generated.Compile("[RaftCommand] public sealed partial record A(Money Price, Command? Last);")
            .WithAssemblyName("Other").AddReferences(referenced.ToMetadataReference())));
    }

    private static void AssertCompiles(string types) => Assert.Empty(Generated.Problems(Generated.Compile(types)));
}
