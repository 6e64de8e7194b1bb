using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Raft.Analyzers.StateMachines;

/// <summary>
/// Reports what a state machine must not do, in its own class and in what it calls in the same project. The whole project is examined
/// once, from the methods that a node calls, and each file reports what was found in it.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StateMachineAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Rules.OfStateMachines;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Find(start.Compilation) is not { } known)
            {
                return;
            }

            bool isInvariant = start.Options.AnalyzerConfigOptionsProvider.GlobalOptions
                .TryGetValue("build_property.InvariantGlobalization", out string? value)
                && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
            ProjectAnalysis analysis = new(start.Compilation, known, isInvariant);
            start.RegisterSemanticModelAction(file =>
            {
                foreach (Diagnostic diagnostic in analysis.In(file.SemanticModel.SyntaxTree, file.CancellationToken))
                {
                    file.ReportDiagnostic(diagnostic);
                }
            });
        });
    }
}
