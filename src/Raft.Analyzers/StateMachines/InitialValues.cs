using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.StateMachines;

/// <summary>Finds the values with which fields start.</summary>
internal static class InitialValues
{
    /// <summary>Of one field: its initializer, and what constructors assign to it.</summary>
    public static IEnumerable<IOperation> Of(IFieldSymbol field, Func<SyntaxNode, IOperation?> operationOf)
    {
        if (InitializerOf(field, operationOf) is { } initializer)
        {
            yield return initializer;
        }

        foreach (IMethodSymbol constructor in field.IsStatic
            ? field.ContainingType.StaticConstructors
            : field.ContainingType.InstanceConstructors)
        {
            foreach (SyntaxReference reference in constructor.DeclaringSyntaxReferences)
            {
                if (reference.GetSyntax() is ConstructorDeclarationSyntax syntax && operationOf(syntax) is { } body)
                {
                    foreach (ISimpleAssignmentOperation assignment in body.Descendants().OfType<ISimpleAssignmentOperation>())
                    {
                        if (IsTarget(assignment.Target, field))
                        {
                            yield return assignment.Value;
                        }
                    }
                }
            }
        }
    }

    /// <summary>Of all instance fields with initializers.</summary>
    public static IEnumerable<IOperation> OfNewInstance(INamedTypeSymbol type, Func<SyntaxNode, IOperation?> operationOf)
    {
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic))
        {
            if (InitializerOf(field, operationOf) is { } initializer)
            {
                yield return initializer;
            }
        }
    }

    private static bool IsTarget(IOperation target, IFieldSymbol field) => SymbolEqualityComparer.Default.Equals(
        field, field.IsStatic ? OwnField.Static(target) : OwnField.Direct(target));

    private static IOperation? InitializerOf(IFieldSymbol field, Func<SyntaxNode, IOperation?> operationOf)
    {
        ISymbol declared = field.AssociatedSymbol ?? field;
        foreach (SyntaxReference reference in declared.DeclaringSyntaxReferences)
        {
            EqualsValueClauseSyntax? initializer = reference.GetSyntax() switch
            {
                VariableDeclaratorSyntax variable => variable.Initializer,
                PropertyDeclarationSyntax property => property.Initializer,
                _ => null,
            };
            if (initializer is not null)
            {
                return operationOf(initializer);
            }
        }

        return null;
    }
}
