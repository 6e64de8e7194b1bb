using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Raft.Analyzers;

namespace Raft.Docs.Tests;

/// <summary>Each rule of the analyzers has a page and a row in the table, and its examples are wrong and right by that rule.</summary>
public class AnalyzerPageTests
{
    private const string Folder = "docs/analyzers/";

    private static readonly ImmutableArray<DiagnosticDescriptor> All = [.. Rules.OfStateMachines, .. Rules.OfTasks, .. Rules.OfCodecs];

    public static TheoryData<string> Ids() => [.. All.Select(static rule => rule.Id)];

    [Fact]
    public void Table_Rules_AreThoseOfTheCode()
    {
        IEnumerable<string> expected = All
            .OrderBy(static rule => rule.Id, StringComparer.Ordinal)
            .Select(static rule => $"[{rule.Id}]({rule.Id}.md) {rule.Title} {rule.Category} {rule.DefaultSeverity}");

        IReadOnlyList<string[]> rows = MarkdownTable.Read(Folder + "README.md", "Rule", "Title", "Category", "Severity");

        Assert.Equal(expected, rows.Select(static row => string.Join(' ', row)));
    }

    [Fact]
    public void Pages_AreThoseOfTheRules()
    {
        IEnumerable<string> pages = RepositoryFiles.MarkdownFiles
            .Where(static file => file.StartsWith(Folder + "RAFT", StringComparison.Ordinal));

        Assert.Equal(All.Select(static rule => $"{Folder}{rule.Id}.md").Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
        Assert.All(All, static rule =>
            Assert.EndsWith($" {Folder}{rule.Id}.md.", rule.Description.ToString(null), StringComparison.Ordinal));
    }

    /// <summary>Rules of codecs are not suppressed but corrected: without the codec, the program does not compile.</summary>
    public static TheoryData<string> IdsOfWarnings() =>
        [.. All.Where(static rule => rule.DefaultSeverity == DiagnosticSeverity.Warning).Select(static rule => rule.Id)];

    [Theory]
    [MemberData(nameof(IdsOfWarnings))]
    public async Task Rule_SuppressedAsItsPageSays_IsNotReported(string id)
    {
        Snippet wrong = new(MarkdownDocument.Read($"{Folder}{id}.md").Blocks.First(Snippet.IsCSharp));

        Assert.DoesNotContain(id, await wrong.AnalyzeAsync(header: $"#pragma warning disable {id}"));
        Assert.DoesNotContain(id, await wrong.AnalyzeAsync(ruleWithoutSeverity: id));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Page_OfARule_HasItsTitleAndAWrongAndARightExample(string id)
    {
        DiagnosticDescriptor rule = All.Single(rule => rule.Id == id);
        string file = $"{Folder}{id}.md";

        Assert.StartsWith($"# {id}: {rule.Title}\n", RepositoryFiles.ReadText(file).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        CodeBlock[] examples = [.. MarkdownDocument.Read(file).Blocks.Where(Snippet.IsCSharp)];
        Assert.Equal(2, examples.Length);
        Assert.Equal([id], (await new Snippet(examples[0]).AnalyzeAsync()).Distinct());
        Assert.Empty(await new Snippet(examples[1]).AnalyzeAsync());
    }
}
