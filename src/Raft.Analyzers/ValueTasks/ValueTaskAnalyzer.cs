using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.ValueTasks;

/// <summary>
/// Reports tasks of the library that are dropped or used twice, everywhere in a project. They are pooled: after the first await, the
/// same object may already belong to another call.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueTaskAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Rules.OfTasks;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.Find(start.Compilation) is null)
            {
                return;
            }

            start.RegisterOperationAction(CheckStatement, OperationKind.ExpressionStatement);
            start.RegisterOperationAction(CheckVariable, OperationKind.VariableDeclarator);
        });
    }

    private static void CheckStatement(OperationAnalysisContext context)
    {
        IOperation expression = ((IExpressionStatementOperation)context.Operation).Operation;
        if (expression is IConditionalAccessOperation conditional)
        {
            expression = conditional.WhenNotNull;
        }

        if (LibraryTask.CallOf(expression, context.Compilation) is { } call && expression == call)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.DroppedTask, expression.Syntax.GetLocation(), call.TargetMethod.ShortName()));
        }
    }

    private static void CheckVariable(OperationAnalysisContext context)
    {
        IVariableDeclaratorOperation declarator = (IVariableDeclaratorOperation)context.Operation;
        if (!LibraryTask.IsValueTask(declarator.Symbol.Type)
            || LibraryTask.CallOf(declarator.Initializer?.Value, context.Compilation) is not { } call)
        {
            return;
        }

        IOperation root = context.Operation;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        if (TaskUses.SecondUse(root, declarator) is { } second)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.AwaitedTwice, second.Syntax.GetLocation(), declarator.Symbol.Name, call.TargetMethod.ShortName()));
        }
    }
}
