using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>RAFT0101 to RAFT0113.</summary>
public class GeneratorRuleTests
{
    private const string Base = "[RaftCommand] public abstract partial record Command;";

    [Theory]
    [InlineData("RAFT0101", "[RaftCommand] public sealed record Deposit(long Amount);")]
    [InlineData("RAFT0101", "public static class Outer { [RaftCommand] public sealed partial record Deposit(long Amount); }")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(HashSet<int> Amounts);")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(System.Uri Address, object Any);")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(SortedDictionary<double, int> Amounts);")]
    [InlineData("RAFT0102", Base + "[RaftCommand] public abstract record B : Command; [RaftCommand] public sealed partial record C(B B);")]
    [InlineData("RAFT0102", Base + "[RaftCommand(1)] public record A : Command; [RaftCommand] public sealed partial record C(A? A);")]
    [InlineData("RAFT0103", Base + "[RaftCommand(1)] public sealed record A : Command; [RaftCommand(1)] public sealed record B : Command;")]
    [InlineData("RAFT0104", Base + "[RaftCommand] public sealed partial record A : Command;")]
    [InlineData("RAFT0104", Base + "[RaftCommand(0)] public sealed partial record A : Command;")]
    [InlineData("RAFT0104", "[RaftCommand(1)] public sealed partial record A;")]
    [InlineData("RAFT0105", "[RaftCommand] public sealed partial record Deposit<T>(long Amount);")]
    [InlineData("RAFT0106", "[RaftCommand] public sealed partial class Deposit(long cents) { public long Amount => cents; }")]
    [InlineData("RAFT0106", "[RaftCommand] public sealed partial class Deposit(int a, int A) { public int A { get; } = a + A; }")]
    [InlineData("RAFT0107", "[RaftCommand] public sealed partial record Deposit([property: Since(1)] long Amount = 0);")]
    [InlineData("RAFT0107", "[RaftCommand(Version = 1)] public sealed partial record Deposit([property: Since(2)] long Amount);")]
    [InlineData("RAFT0108", "[RaftCommand] public sealed partial record Deposit([property: Since(2)] string Reason);")]
    public void Type_ThatTheGeneratorCannotEncode_IsReported(string rule, string types) => AssertReported(rule, types);

    [Theory]
    [InlineData("Id", "[RaftCommand] public sealed partial record Deposit(long Amount) { public long Id { get; } = 5; }")]
    [InlineData("X", "[RaftCommand] public partial struct Point { public int X; }")]
    [InlineData("Amount", "[RaftCommand] public sealed partial record Deposit(string A) { public long Amount; }")]
    [InlineData("Secret", "[RaftCommand] public sealed partial record Deposit(string A) { private long Secret { get; init; } }")]
    [InlineData("Secret", "[RaftCommand] public partial record Deposit(string A) { protected long Secret { get; init; } }")]
    [InlineData("_id", "[RaftCommand] public sealed partial record Deposit(string A) { private readonly Guid _id = Guid.NewGuid(); }")]
    [InlineData("_count", "public abstract class B { private int _count; public int Next() => ++_count; }"
        + "[RaftCommand] public sealed partial class Deposit : B { }")]
    [InlineData("Shown", Base + "[RaftCommand(1)] public sealed record A : Command { public int Shown { get; private set; } }")]
    [InlineData("Shown", "public abstract class B { public int Shown { get; private set; } } [RaftCommand] public partial class A : B { }")]
    [InlineData("Hidden", Base + "[RaftCommand(1)] public sealed record A : Command { public int Hidden { private get; set; } }")]
    [InlineData("IHas.Value", "public interface IHas { int Value { get; } }"
        + "[RaftCommand] public sealed partial record A : IHas { int IHas.Value { get; } = 5; }")]
    [InlineData("secret", "[RaftCommand] public sealed partial class A(long secret) { public A() : this(5) { } public long S() => secret; }")]
    [InlineData("amount", "#pragma warning disable CS9124\n[RaftCommand] public sealed partial class A(long amount) { "
        + "public long Amount { get; set; } = amount; public long First() => amount; }")]
    public void Value_ThatTheCodecWouldLose_IsReported(string member, string types)
    {
        AssertReported("RAFT0110", types);

        Assert.StartsWith(
            $"'{member}' keeps a value",
            Generated.Run(Generated.Compile(types)).Reported.Single().GetMessage(null),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RAFT0111", "[RaftCommand] file sealed partial record A(int Number);")]
    [InlineData("RAFT0111", Base + "[RaftCommand(1)] file sealed record A(int X) : Command;")]
    [InlineData("RAFT0111", Base + "public static class Outer { [RaftCommand(1)] private sealed record A(int X) : Command; }")]
    [InlineData("RAFT0111", "[RaftCommand] public ref partial struct A { public int Number { get; set; } }")]
    [InlineData("RAFT0112", "[RaftCommand] public sealed partial record A(string Codec);")]
    [InlineData("RAFT0112", "[RaftCommand] public sealed partial record A { public enum Codec { Mp3 } }")]
    [InlineData("RAFT0112", "[RaftCommand] public sealed partial record A(int GeneratedCodec);")]
    [InlineData("RAFT0112", "[RaftCommand] public sealed partial record Codec(int Number);")]
    public void Type_IntoWhichNothingCanBeGenerated_IsReported(string rule, string types) => AssertReported(rule, types);

    [Fact]
    public void Properties_ThatAreSetInSeveralFiles_HaveNoOrder()
    {
        const string One = "[RaftCommand] public sealed partial record A(int Number) { public int First { get; init; } }";

        AssertReported("RAFT0113", One, "public sealed partial record A { public int Second { get; init; } }");
        Assert.Empty(Generated.Problems(Generated.Compile(One, "public sealed partial record A { public int Twice => 2 * Number; }")));
        Assert.Empty(Generated.Problems(Generated.Compile(
            "public abstract record B { public int First { get; init; } }",
            "[RaftCommand] public sealed partial record A : B { public int Second { get; init; } }")));
    }

    /// <summary>The advice names what has to be changed, and not the collection around it.</summary>
    [Theory]
    [InlineData("List<Open>", "'Order.Value' uses the type 'Open', which only the codec of its base encodes; use the type 'Command' instead")]
    [InlineData("Open[]?", "'Order.Value' uses the type 'Open', which only the codec of its base encodes; use the type 'Command' instead")]
    [InlineData("Dictionary<string, List<Open?>>", "use the type 'Command' instead")]
    [InlineData("List<Plain?>", "'Order.Value' has the type 'System.Collections.Generic.List<Plain?>', which generated codecs cannot encode; "
        + "use a supported type, or mark 'Plain' with [RaftCommand]")]
    [InlineData("Plain", "'Order.Value' has the type 'Plain', which generated codecs cannot encode; use a supported type, or mark 'Plain'")]
    public void Type_WithinAnother_IsTheOneToChange(string type, string message)
    {
        CSharpCompilation compilation = Generated.Compile(
            Base + "[RaftCommand(1)] public sealed record Open(int Number) : Command; public sealed record Plain;"
                + $"[RaftCommand] public sealed partial record Order({type} Value);");

        Assert.Contains(message, Assert.Single(Generated.Run(compilation).Reported).GetMessage(null), StringComparison.Ordinal);
    }

    /// <summary>Of another project, no compiler shows whether a field is marked as not to be kept.</summary>
    [Fact]
    public void Field_OfABaseClassInAnotherProject_IsNotReported()
    {
        using MemoryStream assembly = new();
        CSharpCompilation bases = Generated.Compile("public abstract class B { [NonSerialized] protected int Seen; public int S() => ++Seen; }");
        Assert.True(bases.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken).Success);
        CSharpCompilation derived = Generated.Compile("[RaftCommand] public sealed partial class A : B { public int Number { get; set; } }")
            .WithAssemblyName("Other").AddReferences(MetadataReference.CreateFromImage(assembly.ToArray()));

        Assert.Empty(Generated.Problems(derived));
    }

    [Fact]
    public void Constructors_WithTheSameNumberOfParametersInSeveralFiles_HaveNoOrder() => AssertReported(
        "RAFT0113",
        "[RaftCommand] public sealed partial class A { public A(int x, string y) => (X, Y) = (x, y);"
            + "public int X { get; set; } public string Y { get; set; } = \"\"; }",
        "public sealed partial class A { public A(string y, int x) : this(x, y) { } }");

    [Fact]
    public void DerivedType_InAnotherProjectThanItsBase_IsReported()
    {
        (_, Compilation referenced) = Generated.Run(Generated.Compile(Base + "[RaftCommand(1)] public record A : Command;"));
        ImmutableArray<Diagnostic> reported = Generated.Run(
            Generated.Compile("[RaftCommand(2)] public sealed record B(int Number) : Command;").WithAssemblyName("Other")
                .AddReferences(referenced.ToMetadataReference())).Reported;

        Diagnostic only = Assert.Single(reported);
        Assert.Equal("RAFT0104", only.Id);
        Assert.StartsWith("'B' derives from 'Command' of the project 'Commands'", only.GetMessage(null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[RaftCommand(Unknown)] public sealed record B : Command;")]
    [InlineData("[RaftCommand(\"one\")] public sealed record B : Command;")]
    [InlineData("[RaftCommand(1, 2)] public sealed record B : Command;")]
    [InlineData("[RaftCommand(2)] public sealed record B([property: Since] int? Number) : Command;")]
    [InlineData("[RaftCommand(2)] public sealed record B([property: Since(Unknown)] int? Number) : Command;")]
    [InlineData("[RaftCommand(2, Version = Unknown)] public sealed record B : Command;")]
    public void Attribute_ThatIsBeingTyped_LeavesTheOtherCodecs(string unfinished)
    {
        (ImmutableArray<Diagnostic> reported, Compilation complete) = Generated.Run(
            Generated.Compile(Base + "[RaftCommand(1)] public record A : Command;" + unfinished));

        Assert.Empty(reported); // the compiler reports the attribute
        Assert.NotEmpty(complete.GetTypeByMetadataName("Command")!.GetMembers("Codec"));
    }

    private static void AssertReported(string rule, params string[] files)
    {
        ImmutableArray<Diagnostic> reported = Generated.Run(Generated.Compile(files)).Reported;

        Assert.Equal([rule], reported.Select(static each => each.Id).Distinct());
        Assert.All(reported, static each => Assert.True(each.Location.GetLineSpan().Path.Length > 0));
    }
}
