using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Static fields and properties of the project that change: assigned ones, and collections to which something is added.</summary>
internal static class StaticStateChecks
{
    public static void Check(Body body, IOperation reference, IFieldSymbol field, ISymbol named)
    {
        if (!field.IsStatic || field.IsConst || field.ContainingType.DeclaringSyntaxReferences.Length == 0)
        {
            return;
        }

        bool isAssignable = named is IPropertySymbol property ? property.SetMethod is not null : !field.IsReadOnly;
        if ((isAssignable && !IsLazilyFilled(reference)) || FieldUsage.Of(reference) == FieldUse.Mutate)
        {
            body.Report(Rules.StaticState, reference, Phases.All, named.ContainingType.Name + "." + named.Name, Finding.Place);
        }
    }

    /// <summary>A value that is computed once, by the first caller, is the same for all.</summary>
    private static bool IsLazilyFilled(IOperation reference) =>
        reference.Parent is ICoalesceAssignmentOperation
        || reference.Parent?.Parent is IInvocationOperation { TargetMethod.ContainingType.Name: "LazyInitializer" };
}
