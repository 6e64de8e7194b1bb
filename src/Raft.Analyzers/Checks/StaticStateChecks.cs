using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Static fields and properties of the project that change: assigned ones, and collections to which something is added.</summary>
internal static class StaticStateChecks
{
    public static void Check(Body body, IOperation reference, IFieldSymbol field, ISymbol named)
    {
        if (!field.IsStatic || field.IsConst || !body.Known.IsOfProject(field))
        {
            return;
        }

        bool isAssignable = named is IPropertySymbol property ? property.SetMethod is not null : !field.IsReadOnly;
        FieldUse use = FieldUsage.Of(reference, body.Known, out IMethodSymbol? called);
        bool isChanged = (isAssignable && !IsLazilyFilled(reference)) || use == FieldUse.Mutate;
        if (isChanged || called is not null)
        {
            string name = named.ContainingType.Name + "." + named.Name;
            body.Facts.Findings.Add(new Finding(
                Rules.StaticState, reference.Syntax.GetLocation(), Phases.All, unlessDurable: false, name, Finding.Place)
            {
                IfChanging = isChanged ? null : called,
            });
        }
    }

    /// <summary>A value that is computed once, by the first caller, is the same for all.</summary>
    private static bool IsLazilyFilled(IOperation reference) =>
        reference.Parent is ICoalesceAssignmentOperation
        || reference.Parent?.Parent is IInvocationOperation { TargetMethod.ContainingType.Name: "LazyInitializer" };
}
