using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Raft.Analyzers.Codecs;

/// <summary>Reports types that derive from one with a generated codec, and that this codec does not know.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnmarkedCommandAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rules.UnmarkedCommand];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(
            static symbol =>
            {
                INamedTypeSymbol type = (INamedTypeSymbol)symbol.Symbol;
                if (type is { TypeKind: TypeKind.Class, IsAbstract: false }
                    && Shapes.AttributeOf(type, "RaftCommandAttribute") is null
                    && CommandReading.RootOf(type) is { } root)
                {
                    symbol.ReportDiagnostic(Diagnostic.Create(Rules.UnmarkedCommand, type.Locations[0], type.Name, root.Name));
                }
            },
            SymbolKind.NamedType);
    }
}
