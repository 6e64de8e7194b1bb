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

    /// <param name="reference">The reference.</param>
    /// <param name="known">What is known of the project.</param>
    /// <param name="called">The method of the project that is called on the value, which decides by itself whether it changes it.</param>
    public static FieldUse Of(IOperation reference, KnownTypes known, out IMethodSymbol? called)
    {
        called = null;
        IOperation part = reference;
        bool isWhole = true;
        while (true)
        {
            IOperation? user = UserOf(part);
            if (IsAssigned(part, user))
            {
                return !isWhole ? FieldUse.Mutate : user is ICoalesceAssignmentOperation ? FieldUse.Fill : FieldUse.Assign;
            }

            switch (user)
            {
                case IInvocationOperation call when call.Instance == Outermost(part, user):
                    IMethodSymbol method = call.TargetMethod.OriginalDefinition;
                    called = !method.IsAbstract && known.IsOfProject(method) ? method : null;
                    return called is null && IsMutator(method) ? FieldUse.Mutate : FieldUse.Read;
                case IConditionalAccessOperation conditional when InstanceWithin(conditional) is { } instance
                    && conditional.Operation == Outermost(part, user):
                    part = instance;
                    continue;
                case IMemberReferenceOperation:
                case IArrayElementReferenceOperation element when element.ArrayReference == Outermost(part, user):
                case IImplicitIndexerReferenceOperation indexer when indexer.Instance == Outermost(part, user):
                    part = user;
                    isWhole = false;
                    continue;
                default:
                    return FieldUse.Read;
            }
        }
    }

    /// <summary>Whether it is the target of an assignment of any kind.</summary>
    public static bool IsAssigned(IOperation reference) => IsAssigned(reference, UserOf(reference));

    /// <summary>
    /// Whether a call changes what it is called on. Immutable types return a changed copy instead: immutable collections, and others such
    /// as DateTimeOffset, whose methods return their own type.
    /// </summary>
    private static bool IsMutator(IMethodSymbol method) =>
        Mutators.Contains(method.Name)
        && method is { IsStatic: false, ContainingType: { IsReadOnly: false, TypeKind: not TypeKind.Delegate } type }
        && (type.Name is "StringBuilder" or "Builder"
            || (!type.IsInNamespace("System.Collections.Immutable")
                && !SymbolEqualityComparer.Default.Equals(method.ReturnType.OriginalDefinition, type.OriginalDefinition)));

    /// <summary>The part after the question mark that is the value before it.</summary>
    private static IConditionalAccessInstanceOperation? InstanceWithin(IConditionalAccessOperation conditional) =>
        conditional.WhenNotNull.DescendantsAndSelf().OfType<IConditionalAccessInstanceOperation>()
            .FirstOrDefault(each => OwnField.Receiver(each) == conditional.Operation);

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
