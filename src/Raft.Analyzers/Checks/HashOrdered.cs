using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Finds what is enumerated in the order of a hash table that differs between nodes.</summary>
internal static class HashOrdered
{
    /// <summary>
    /// These enumerate in the order in which items were added, except that a new item fills the gap of a removed one. So one that was
    /// built within a command is the same everywhere, but one that is part of the state has other gaps after a restore.
    /// </summary>
    private static readonly HashSet<string> OrderedByHistory =
        ["System.Collections.Generic.Dictionary", "System.Collections.Generic.HashSet"];

    /// <summary>These enumerate in the order of hash codes. Those of strings differ between processes.</summary>
    private static readonly HashSet<string> OrderedByHash =
    [
        "System.Collections.Concurrent.ConcurrentDictionary", "System.Collections.Immutable.ImmutableDictionary",
        "System.Collections.Immutable.ImmutableHashSet", "System.Collections.Frozen.FrozenDictionary",
        "System.Collections.Frozen.FrozenSet", "System.Collections.Hashtable",
    ];

    private static readonly HashSet<string> OrderKeeping =
    [
        "Where", "Select", "SelectMany", "Cast", "OfType", "Distinct", "DistinctBy", "Reverse", "Append", "Prepend", "ToList", "ToArray",
        "AsEnumerable", "TakeWhile", "SkipWhile", "Skip", "SkipLast", "Take", "TakeLast", "Index", "Chunk", "DefaultIfEmpty", "Except",
        "ExceptBy", "Intersect", "IntersectBy", "GroupBy", "ToLookup", "CountBy", "AggregateBy", "Join", "GroupJoin", "LeftJoin",
        "ToImmutableArray", "ToImmutableList", "CreateRange",
    ];

    /// <summary>These take the order of each sequence that they are given, and not only that of the first.</summary>
    private static readonly HashSet<string> OrderJoining = ["Concat", "Union", "UnionBy", "Zip", "AddRange", "InsertRange"];

    /// <summary>The name of the hash table that gives an expression its order; null if none does.</summary>
    public static string? SourceOf(IOperation? expression, Body body)
    {
        IOperation? part = OwnField.Unwrap(expression);
        if (part is ITranslatedQueryOperation { Operation: var query })
        {
            return SourceOf(query, body);
        }

        if (part is IInvocationOperation call && InputsOf(call) is { } inputs)
        {
            return SourceOf(inputs, body);
        }

        if (part is ILocalReferenceOperation { Type.Name: "IEnumerable" } local && body.InitializerOf(local) is { } initializer)
        {
            return SourceOf(initializer, body);
        }

        if (part is IPropertyReferenceOperation { Property.Name: "Keys" or "Values", Instance: { } table })
        {
            part = OwnField.Unwrap(table);
        }

        return part?.Type is { } type && IsUnordered(type, part, body) ? type.OriginalDefinition.Name : null;
    }

    /// <summary>The same for several expressions, of which one suffices.</summary>
    public static string? SourceOf(IEnumerable<IOperation> expressions, Body body) =>
        expressions.Select(each => SourceOf(each, body)).FirstOrDefault(static each => each is not null);

    /// <summary>The sequences whose order the result of a call has; null for a call that does not keep an order.</summary>
    private static IEnumerable<IOperation>? InputsOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!method.IsInNamespace("System.Linq") && !IsOfImmutableSequence(method))
        {
            return null;
        }

        IEnumerable<IOperation> all = call.Arguments.Select(static each => each.Value);
        all = call.Instance is { } instance ? all.Prepend(instance) : all;
        return OrderJoining.Contains(method.Name) ? all : OrderKeeping.Contains(method.Name) ? all.Take(1) : null;
    }

    /// <summary>Also of a method that makes one.</summary>
    public static bool IsOfImmutableSequence(IMethodSymbol method) =>
        method.IsInNamespace("System.Collections.Immutable")
        && (method.ReturnsVoid ? method.ContainingType : method.ReturnType).Name
            is "ImmutableArray" or "ImmutableList" or "ImmutableQueue" or "ImmutableStack";

    private static bool IsUnordered(ITypeSymbol type, IOperation source, Body body)
    {
        string name = type.OriginalDefinition.FullName();
        return OrderedByHash.Contains(name)
            ? !HasStableHashCodes(type)
            : OrderedByHistory.Contains(name) && IsPartOfState(source, body);
    }

    private static bool HasStableHashCodes(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: not "ConcurrentDictionary", TypeArguments: { Length: > 0 } arguments }
        && arguments[0] is var key
        && (key.TypeKind == TypeKind.Enum || key.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double
            || key.FullName() == "System.Guid");

    /// <summary>Whether it is reached through a field of the instance, directly or by a local variable.</summary>
    private static bool IsPartOfState(IOperation? source, Body body)
    {
        for (IOperation? part = OwnField.Unwrap(source); part is not null; part = OwnField.Unwrap(OwnField.InstanceOf(part)))
        {
            if (part is IMemberReferenceOperation member && OwnField.IsOwnInstance(member.Instance))
            {
                return true;
            }

            if (part is IParameterReferenceOperation { Parameter: var parameter } && OwnField.IsCaptured(parameter))
            {
                return true;
            }

            if (part is ILocalReferenceOperation local)
            {
                return body.InitializerOf(local) is { } value && value is not ILocalReferenceOperation && IsPartOfState(value, body);
            }
        }

        return false;
    }
}
