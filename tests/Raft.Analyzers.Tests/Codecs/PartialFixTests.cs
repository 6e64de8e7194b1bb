using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>The generator reports RAFT0101, and not an analyzer, so the fix is called as an editor calls it.</summary>
public class PartialFixTests
{
    [Theory]
    [InlineData("// First.\npublic sealed record Deposit(long Amount);", "// First.\npublic sealed partial record Deposit(long Amount);")]
    [InlineData("// First.\nrecord Deposit(long Amount);", "// First.\npartial record Deposit(long Amount);")]
    [InlineData("class Outer { record Deposit; }", "class Outer { partial record Deposit; }")]
    public async Task Type_BecomesPartial(string source, string expected)
    {
        using AdhocWorkspace workspace = new();
        Document document = workspace.AddProject("Commands", LanguageNames.CSharp).AddDocument("Commands.cs", source);
        Location place = Location.Create(
            (await document.GetSyntaxTreeAsync(TestContext.Current.CancellationToken))!,
            new TextSpan(source.IndexOf("Deposit", StringComparison.Ordinal), "Deposit".Length));
        CodeAction? action = null;

        await new PartialFix().RegisterCodeFixesAsync(new CodeFixContext(
            document,
            Diagnostic.Create(Raft.Analyzers.Rules.NotPartial, place, "Deposit"),
            (registered, _) => action = registered,
            TestContext.Current.CancellationToken));

        Assert.NotNull(action);
        ApplyChangesOperation change = Assert.IsType<ApplyChangesOperation>(
            Assert.Single(await action.GetOperationsAsync(TestContext.Current.CancellationToken)));
        SourceText text = await change.ChangedSolution.GetDocument(document.Id)!.GetTextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, text.ToString());
    }
}
