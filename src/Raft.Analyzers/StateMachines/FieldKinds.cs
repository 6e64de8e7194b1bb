using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>Kinds of fields, and of parameters that are used as fields, and their types.</summary>
internal static class FieldKinds
{
    private static readonly HashSet<string> MutableCollections =
    [
        "System.Collections.Generic.List", "System.Collections.Generic.Dictionary", "System.Collections.Generic.HashSet",
        "System.Collections.Generic.SortedDictionary", "System.Collections.Generic.SortedList", "System.Collections.Generic.SortedSet",
        "System.Collections.Generic.Queue", "System.Collections.Generic.Stack", "System.Collections.Generic.LinkedList",
        "System.Collections.Generic.PriorityQueue", "System.Collections.Generic.OrderedDictionary",
        "System.Collections.Concurrent.ConcurrentDictionary", "System.Collections.Concurrent.ConcurrentQueue",
        "System.Collections.Concurrent.ConcurrentStack", "System.Collections.Concurrent.ConcurrentBag",
        "System.Collections.ObjectModel.Collection", "System.Collections.BitArray", "System.Collections.Hashtable",
        "System.Collections.ArrayList", "System.Text.StringBuilder",
    ];

    /// <summary>Not what only observes or coordinates, such as loggers, counters of metrics and locks.</summary>
    public static bool MayBeState(ISymbol field) =>
        field is not IFieldSymbol { IsConst: true }
        && TypeOf(field) is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Delegate } type
        && !type.IsInNamespace("Microsoft.Extensions.Logging")
        && !type.IsInNamespace("System.Diagnostics")
        && !type.IsInNamespace("System.Threading");

    public static bool IsMutableCollection(ISymbol field) => TypeOf(field) is { } type && IsMutableCollection(type);

    private static bool IsMutableCollection(ITypeSymbol type) =>
        type is IArrayTypeSymbol || MutableCollections.Contains(type.OriginalDefinition.FullName());

    private static ITypeSymbol? TypeOf(ISymbol field) => field switch
    {
        IFieldSymbol own => own.Type,
        IParameterSymbol captured => captured.Type,
        _ => null,
    };
}
