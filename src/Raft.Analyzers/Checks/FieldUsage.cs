using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Tells whether a reference to a field reads it, assigns it, or changes its value in place.</summary>
internal static class FieldUsage
{
    private static readonly HashSet<string> Mutators =
    [
        "Add", "AddFirst", "AddLast", "AddOrUpdate", "AddRange", "Append", "AppendLine", "Clear", "Dequeue", "Enqueue", "EnqueueRange",
        "ExceptWith", "GetOrAdd", "Insert", "InsertRange", "IntersectWith", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt", "RemoveFirst",
        "RemoveLast", "RemoveRange", "RemoveWhere", "Reverse", "Set", "SetAll", "Sort", "SymmetricExceptWith", "TryAdd", "TryDequeue",
        "TryPop", "TryPush", "TryRemove", "TryTake", "TryUpdate", "UnionWith",
    ];

    public static FieldUse Of(IOperation reference)
    {
        IOperation part = reference;
        bool isWhole = true;
        while (true)
        {
            IOperation? user = UserOf(part);
            if (IsAssigned(part, user))
            {
                return isWhole ? FieldUse.Assign : FieldUse.Mutate;
            }

            switch (user)
            {
                case IInvocationOperation call when call.Instance == Outermost(part, user) && IsMutator(call.TargetMethod):
                    return FieldUse.Mutate;
                case IMemberReferenceOperation or IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation:
                    part = user;
                    isWhole = false;
                    continue;
                default:
                    return FieldUse.Read;
            }
        }
    }

    /// <summary>Whether a call changes what it is called on. Immutable collections return a changed copy instead.</summary>
    public static bool IsMutator(IMethodSymbol method) =>
        Mutators.Contains(method.Name)
        && !method.IsStatic
        && method.ContainingType.TypeKind != TypeKind.Delegate
        && method.ContainingType.SpecialType != SpecialType.System_String
        && (!method.IsInNamespace("System.Collections.Immutable") || method.ContainingType.Name == "Builder");

    private static IOperation? UserOf(IOperation operation)
    {
        IOperation? user = operation.Parent;
        while (user is IConversionOperation or IParenthesizedOperation)
        {
            user = user.Parent;
        }

        return user;
    }

    private static IOperation Outermost(IOperation operation, IOperation user)
    {
        while (operation.Parent is { } parent && parent != user)
        {
            operation = parent;
        }

        return operation;
    }

    private static bool IsAssigned(IOperation part, IOperation? user) => user switch
    {
        IAssignmentOperation assignment => Contains(assignment.Target, part),
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        ITupleOperation tuple => Outer(tuple) is IDeconstructionAssignmentOperation assignment && Contains(assignment.Target, part),
        _ => false,
    };

    private static IOperation? Outer(ITupleOperation tuple)
    {
        IOperation? outer = tuple.Parent;
        while (outer is ITupleOperation or IConversionOperation)
        {
            outer = outer.Parent;
        }

        return outer;
    }

    private static bool Contains(IOperation whole, IOperation part) => whole.Syntax.Span.Contains(part.Syntax.Span);
}
