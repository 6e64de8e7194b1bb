using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Raft.Analyzers.Codecs;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>RAFT0101 to RAFT0110, and what the generator does when nothing is wrong.</summary>
public class GeneratorRuleTests
{
    private const string Base = "[RaftCommand] public abstract partial record Command;";

    [Theory]
    [InlineData("RAFT0101", "[RaftCommand] public sealed record Deposit(long Amount);")]
    [InlineData("RAFT0101", "public static class Outer { [RaftCommand] public sealed partial record Deposit(long Amount); }")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(HashSet<int> Amounts);")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(System.Uri Address, object Any);")]
    [InlineData("RAFT0102", "[RaftCommand] public sealed partial record Deposit(SortedDictionary<double, int> Amounts);")]
    [InlineData("RAFT0103", Base + "[RaftCommand(1)] public sealed record A : Command; [RaftCommand(1)] public sealed record B : Command;")]
    [InlineData("RAFT0104", Base + "[RaftCommand] public sealed partial record A : Command;")]
    [InlineData("RAFT0104", Base + "[RaftCommand(0)] public sealed partial record A : Command;")]
    [InlineData("RAFT0104", "[RaftCommand(1)] public sealed partial record A;")]
    [InlineData("RAFT0105", "[RaftCommand] public sealed partial record Deposit<T>(long Amount);")]
    [InlineData("RAFT0106", "[RaftCommand] public sealed partial class Deposit(long cents) { public long Amount => cents; }")]
    [InlineData("RAFT0107", "[RaftCommand] public sealed partial record Deposit([property: Since(1)] long Amount = 0);")]
    [InlineData("RAFT0107", "[RaftCommand(Version = 1)] public sealed partial record Deposit([property: Since(2)] long Amount);")]
    [InlineData("RAFT0108", "[RaftCommand] public sealed partial record Deposit([property: Since(2)] string Reason);")]
    [InlineData("RAFT0110", "[RaftCommand] public sealed partial record Deposit(long Amount) { public long Id { get; } = 5; }")]
    public void Type_ThatTheGeneratorCannotEncode_IsReported(string rule, string types)
    {
        (ImmutableArray<Diagnostic> reported, Compilation _) = Generate(types);

        Assert.Equal([rule], reported.Select(static each => each.Id).Distinct());
        Assert.All(reported, static each => Assert.True(each.Location.GetLineSpan().Path.Length > 0));
    }

    [Theory]
    [InlineData(Base + "[RaftCommand(1)] public sealed record A(string Text) : Command; [RaftCommand(7)] public record B : Command;"
        + "[RaftCommand(2)] public sealed record C(int? Number, string? Text) : B;")]
    [InlineData("[RaftCommand] public partial struct Point { public int X { get; set; } public int Y { get; set; } }")]
    [InlineData("[RaftCommand] public sealed partial record Odd(int version, string reader, long @class, byte[]? value);")]
    [InlineData("public partial interface IOuter { [RaftCommand] public sealed partial record Inner(int[][] Grid); }")]
    [InlineData("namespace Some.Space { [RaftCommand] internal sealed partial record Fee([property: Since(3)] decimal Rate = 1.5m); }")]
    public void Type_ThatTheGeneratorCanEncode_CompilesWithoutAWarning(string types)
    {
        (ImmutableArray<Diagnostic> reported, Compilation complete) = Generate(types);

        Assert.Empty(reported);
        Assert.Empty(complete.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(static each => each.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void Generator_AfterAnUnrelatedEdit_GeneratesNothingAgain()
    {
        CSharpCompilation compilation = Compile(Base + "[RaftCommand(1)] public sealed record A(string Text) : Command;");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new CommandCodecGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);

        driver = driver.RunGenerators(
            compilation.AddSyntaxTrees(
                CSharpSyntaxTree.ParseText("class Other;", cancellationToken: TestContext.Current.CancellationToken)),
            TestContext.Current.CancellationToken);

        IEnumerable<IncrementalStepRunReason> reasons = driver.GetRunResult().Results.Single().TrackedOutputSteps
            .SelectMany(static step => step.Value).SelectMany(static run => run.Outputs).Select(static output => output.Reason);
        Assert.NotEmpty(reasons);
        Assert.All(reasons, static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    private static (ImmutableArray<Diagnostic> Reported, Compilation Complete) Generate(string types)
    {
        CSharpGeneratorDriver.Create(new CommandCodecGenerator()).RunGeneratorsAndUpdateCompilation(
            Compile(types), out Compilation complete, out ImmutableArray<Diagnostic> reported, TestContext.Current.CancellationToken);
        return (reported, complete);
    }

    private static CSharpCompilation Compile(string types) => CSharpCompilation.Create(
        "Commands",
        [
            CSharpSyntaxTree.ParseText(
                "using System.Collections.Generic;\nusing Raft;\n" + types,
                path: "Commands.cs",
                cancellationToken: TestContext.Current.CancellationToken),
        ],
        Verify.References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
