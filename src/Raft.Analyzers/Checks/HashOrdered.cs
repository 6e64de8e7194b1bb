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
        "Where", "Select", "SelectMany", "Cast", "OfType", "Distinct", "DistinctBy", "Reverse", "Concat", "Append", "Prepend", "ToList",
        "ToArray", "AsEnumerable", "TakeWhile", "SkipWhile", "Skip", "Take", "Index", "Chunk", "ToImmutableArray", "ToImmutableList",
    ];

    /// <summary>The name of the hash table that gives an expression its order; null if none does.</summary>
    public static string? SourceOf(IOperation? expression, Body body)
    {
        IOperation? part = OwnField.Unwrap(expression);
        while (part is IInvocationOperation call && IsOrderKeeping(call))
        {
            part = OwnField.Unwrap(call.Instance ?? call.Arguments.FirstOrDefault()?.Value);
        }

        if (part is ILocalReferenceOperation { Type.Name: "IEnumerable" } local && body.InitializerOf(local) is { } query)
        {
            return SourceOf(query, body);
        }

        if (part is IPropertyReferenceOperation { Property.Name: "Keys" or "Values", Instance: { } table })
        {
            part = OwnField.Unwrap(table);
        }

        return part?.Type is { } type && IsUnordered(type, part, body) ? type.OriginalDefinition.Name : null;
    }

    private static bool IsOrderKeeping(IInvocationOperation call) =>
        OrderKeeping.Contains(call.TargetMethod.Name)
        && (call.TargetMethod.IsInNamespace("System.Linq") || call.TargetMethod.IsInNamespace("System.Collections.Immutable"));

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
