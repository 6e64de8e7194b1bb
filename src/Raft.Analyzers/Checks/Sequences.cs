using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Tells whether the order of a sequence reaches the state or the result.</summary>
internal static class Sequences
{
    /// <summary>Whether a new sequence is kept: it becomes a result, a part of another object or a field.</summary>
    public static bool IsKept(IOperation sequence, Body body)
    {
        IOperation? user = sequence.Parent;
        while (user is IConversionOperation or IParenthesizedOperation)
        {
            user = user.Parent;
        }

        return user switch
        {
            IReturnOperation => body.ReturnsResults && !Functions.IsWithinFunction(user),
            IArgumentOperation { Parent: IObjectCreationOperation } argument => IsKeptObject(argument),
            ISimpleAssignmentOperation assignment =>
                assignment.Target is IFieldReferenceOperation or IPropertyReferenceOperation
                || OwnField.Direct(assignment.Target) is not null,
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => IsKept(declarator.Symbol, body),
            // Another immutable sequence, with more items: _log = _log.AddRange(names).Add(last).
            IInvocationOperation { Instance: not null, Type: { } type, TargetMethod: { Name: not "Sort" } method } longer =>
                SymbolEqualityComparer.Default.Equals(type, sequence.Type) && method.IsInNamespace("System.Collections.Immutable")
                && IsKept(longer, body),
            _ => false,
        };
    }

    /// <summary>Whether what is added to a collection, one after the other, is kept, and not sorted afterwards.</summary>
    public static bool IsKeptIn(IOperation? collection, Body body) => OwnField.Unwrap(collection) switch
    {
        ILocalReferenceOperation local => IsKept(local.Local, body),
        { } other => OwnField.Root(other) is { } field && !IsSorted(field, body),
        null => false,
    };

    /// <summary>Whether the content of a local variable is kept, and not sorted before.</summary>
    public static bool IsKept(ILocalSymbol local, Body body)
    {
        bool isKept = false;
        foreach (ILocalReferenceOperation reference in body.ReferencesOf(local))
        {
            if (IsSorted(reference))
            {
                return false;
            }

            isKept |= IsKeptUse(reference, body);
        }

        return isKept;
    }

    private static bool IsKeptUse(ILocalReferenceOperation reference, Body body)
    {
        IOperation? user = reference.Parent;
        while (user is IConversionOperation or IParenthesizedOperation)
        {
            user = user.Parent;
        }

        return user switch
        {
            IInvocationOperation { TargetMethod.Name: "ToString" } => true,
            IInvocationOperation { TargetMethod.Name: "ToImmutable" or "MoveToImmutable" or "AsReadOnly" or "ToArray" } call =>
                IsKept(call, body),
            IArgumentOperation { Parent: IInvocationOperation call } => IsKeptByCall(call, body),
            ISpreadOperation { Parent: { } collection } => IsKept(collection, body),
            _ => IsKept(reference, body),
        };
    }

    private static bool IsKeptByCall(IInvocationOperation call, Body body) => call.TargetMethod.Name switch
    {
        "Join" or "Concat" => call.TargetMethod.ContainingType.SpecialType == SpecialType.System_String,
        "ToArray" or "ToList" or "ToImmutableArray" or "ToImmutableList" => IsKept(call, body),
        _ => false,
    };

    private static bool IsSorted(ILocalReferenceOperation reference)
    {
        for (IOperation? user = reference.Parent; user is not null and not IBlockOperation; user = user.Parent)
        {
            if (user is IInvocationOperation call && Sorts(call))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSorted(ISymbol field, Body body) => body.Root.Descendants().OfType<IInvocationOperation>().Any(call =>
        Sorts(call)
        && (call.TargetMethod.Name == "Sort" || IsAssignedTo(field, call))
        && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } sorted
        && sorted.DescendantsAndSelf().Any(each => SymbolEqualityComparer.Default.Equals(OwnField.Root(each), field)));

    private static bool IsAssignedTo(ISymbol field, IOperation value)
    {
        for (IOperation? user = value.Parent; user is not null and not IBlockOperation; user = user.Parent)
        {
            if (user is ISimpleAssignmentOperation assignment)
            {
                return SymbolEqualityComparer.Default.Equals(OwnField.Root(assignment.Target), field);
            }
        }

        return false;
    }

    private static bool Sorts(IInvocationOperation call) =>
        call.TargetMethod.Name is "Sort" or "Order" or "OrderBy" or "OrderDescending" or "OrderByDescending";

    /// <summary>A set or a dictionary does not keep the order of what it is created from.</summary>
    private static bool IsKeptObject(IArgumentOperation argument) =>
        argument.Parent is IObjectCreationOperation { Type: { } type }
        && type.Name is not ("HashSet" or "Dictionary" or "SortedSet" or "SortedDictionary" or "SortedList" or "PriorityQueue")
        && !type.IsInNamespace("System.Collections");
}
