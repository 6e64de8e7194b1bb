using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Raft.Analyzers.Codecs;
using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>What the generator does after an edit. In an editor, it runs after each one.</summary>
public class GeneratorCachingTests
{
    private const string Types =
        "[RaftCommand] public abstract partial record Command; [RaftCommand(1)] public sealed record A(string Text) : Command;";

    [Fact]
    public void EditOfAnotherFile_GeneratesNothingAgain() =>
        AssertAllAre(IncrementalStepRunReason.Cached, Edit(static compilation =>
            compilation.AddSyntaxTrees(Generated.Parse("class Other;", "Other.cs"))));

    [Fact]
    public void EditAboveTheCommands_GeneratesNothingAgain() =>
        AssertAllAre(IncrementalStepRunReason.Cached, Edit(static compilation =>
            compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], Generated.Parse("// A comment.\n\n" + Types, "Commands0.cs"))));

    [Fact]
    public void EditOfACommand_GeneratesItsCodecAgain() =>
        AssertAllAre(IncrementalStepRunReason.Modified, Edit(static compilation => compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees[0],
            Generated.Parse(Types.Replace("string Text", "string Text, int Number", StringComparison.Ordinal), "Commands0.cs"))));

    private static void AssertAllAre(IncrementalStepRunReason expected, IReadOnlyCollection<IncrementalStepRunReason> reasons)
    {
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Equal(expected, reason));
    }

    /// <summary>Returns why each file is generated after an edit.</summary>
    private static IReadOnlyCollection<IncrementalStepRunReason> Edit(Func<CSharpCompilation, CSharpCompilation> edit)
    {
        CSharpCompilation compilation = Generated.Compile(Types);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new CommandCodecGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        driver = driver.RunGenerators(edit(compilation), TestContext.Current.CancellationToken);
        return
        [
            .. driver.GetRunResult().Results.Single().TrackedOutputSteps
                .SelectMany(static step => step.Value).SelectMany(static run => run.Outputs).Select(static output => output.Reason),
        ];
    }
}
