using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>Kinds of fields and their types.</summary>
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
    public static bool MayBeState(IFieldSymbol field) =>
        !field.IsConst
        && !field.Type.IsInNamespace("Microsoft.Extensions.Logging")
        && !field.Type.IsInNamespace("System.Diagnostics")
        && !field.Type.IsInNamespace("System.Threading")
        && field.Type.TypeKind != TypeKind.Delegate
        && field.Type.SpecialType != SpecialType.System_Object;

    public static bool IsMutableCollection(ITypeSymbol type) =>
        type is IArrayTypeSymbol || MutableCollections.Contains(type.OriginalDefinition.FullName());
}
