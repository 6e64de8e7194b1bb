using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Raft.Analyzers.Codecs;

/// <summary>Generates the codecs of types with [RaftCommand].</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CommandCodecGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<CommandReport> reports = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Raft.RaftCommandAttribute",
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, _) => CommandReading.Read(
                    (INamedTypeSymbol)found.TargetSymbol, found.Attributes[0], found.SemanticModel.Compilation))
            .SelectMany(static (report, _) => report is null ? ImmutableArray<CommandReport>.Empty : [report]);

        // Problems have places, which change with every edit above them. The codecs have none, so they are not generated again.
        context.RegisterSourceOutput(
            reports.Collect().SelectMany(static (all, _) => CommandProblems.Of(all)),
            static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));
        context.RegisterSourceOutput(
            reports.Select(static (report, _) => report.Model).Collect().SelectMany(static (all, _) => CommandFamily.Of(all)),
            static (output, family) => Generate(output, family));
    }

    private static void Generate(SourceProductionContext output, CommandFamily family)
    {
        if (family is { IsComplete: true, Root: { } root })
        {
            string source = CodecWriting.Generate(root, [.. family.Derived.OrderBy(static each => each.Tag)]);
            output.AddSource(family.File, SourceText.From(source, Encoding.UTF8));
        }
    }
}
