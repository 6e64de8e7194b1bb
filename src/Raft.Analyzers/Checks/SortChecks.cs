using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Sorted collections of strings, and sorting, without a comparer: the default one depends on the culture.</summary>
internal static class SortChecks
{
    private const string UseOrdinal = "pass 'StringComparer.Ordinal'";

    private static readonly HashSet<string> SortedTypes =
    [
        "System.Collections.Generic.SortedDictionary", "System.Collections.Generic.SortedList", "System.Collections.Generic.SortedSet",
        "System.Collections.Immutable.ImmutableSortedDictionary", "System.Collections.Immutable.ImmutableSortedSet",
    ];

    public static void Check(Body body, IObjectCreationOperation creation)
    {
        if (body.IsInvariant || creation.Type is not INamedTypeSymbol type)
        {
            return;
        }

        if (!IsComparerGiven(creation.Arguments) && !CopiesSorted(creation))
        {
            CheckCompared(body, creation, "new " + type.Display(), IsQueue(type) ? type.TypeArguments[1] : KeyOf(type));
        }
    }

    public static void Check(Body body, IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (body.IsInvariant || method.ContainingType is not { } type || IsComparerGiven(call.Arguments))
        {
            return;
        }

        ITypeSymbol? sorted = type.FullName() switch
        {
            "System.Linq.Enumerable" => method.Name switch
            {
                "OrderBy" or "OrderByDescending" or "ThenBy" or "ThenByDescending" or "MinBy" or "MaxBy" =>
                    method.TypeArguments.ElementAtOrDefault(1),
                "Order" or "OrderDescending" => method.TypeArguments.FirstOrDefault(),
                "Min" or "Max" => method.ReturnType,
                _ => null,
            },
            "System.Collections.Generic.List" when method.Name is "Sort" or "BinarySearch" => type.TypeArguments[0],
            "System.Array" when method.Name is "Sort" or "BinarySearch" => method.TypeArguments.FirstOrDefault()
                ?? (OwnField.Unwrap(call.Arguments[0].Value)?.Type as IArrayTypeSymbol)?.ElementType,
            "System.MemoryExtensions" => ComparedInSpan(call),
            "System.Collections.Immutable.ImmutableArray" or "System.Collections.Immutable.ImmutableList"
                or "System.Collections.Immutable.ImmutableArray.Builder" or "System.Collections.Immutable.ImmutableList.Builder"
                when method.Name is "Sort" or "BinarySearch" => ElementOf(method),
            "System.Collections.Immutable.ImmutableSortedDictionary" or "System.Collections.Immutable.ImmutableSortedSet"
                when method.IsStatic && !CopiesBuilder(method) => KeyOf(method.ReturnType),
            _ => null,
        };
        // Sort(Comparison) decides by itself.
        if (!call.Arguments.Any(static each => each.Value.Type is { TypeKind: TypeKind.Delegate, Name: "Comparison" }))
        {
            CheckCompared(body, call, type.Name + "." + method.Name, sorted);
        }
    }

    /// <summary>ImmutableSortedSet.Empty, unless it is given a comparer at once.</summary>
    public static void Check(Body body, IFieldReferenceOperation reference)
    {
        if (!body.IsInvariant && reference.Field is { Name: "Empty", ContainingType: { } type }
            && reference.Parent is not IInvocationOperation { TargetMethod.Name: "WithComparers" or "WithComparer" })
        {
            CheckCompared(body, reference, type.Name + ".Empty", KeyOf(type));
        }
    }

    public static void Check(Body body, IPropertyReferenceOperation reference)
    {
        IPropertySymbol property = reference.Property;
        if (body.IsInvariant)
        {
            return;
        }

        if (property.Name is "CurrentCulture" or "CurrentCultureIgnoreCase" && property.ContainingType.Name == "StringComparer")
        {
            Report(body, reference, "StringComparer." + property.Name, UseOrdinal);
        }
        else if (property is { Name: "Default", ContainingType: { Name: "Comparer", TypeArguments: { Length: 1 } compared } comparer })
        {
            CheckCompared(body, reference, comparer.Display() + ".Default", compared[0]);
        }
    }

    public static void Check(Body body, ICollectionExpressionOperation collection)
    {
        if (!body.IsInvariant && collection.Type is INamedTypeSymbol type)
        {
            CheckCompared(body, collection, type.Display(), KeyOf(type));
        }
    }

    /// <summary>What a method of spans compares by default; null for a search by what compares itself.</summary>
    private static ITypeSymbol? ComparedInSpan(IInvocationOperation call)
    {
        ITypeSymbol? element = call.TargetMethod.TypeArguments.FirstOrDefault();
        return call.TargetMethod.Name switch
        {
            "Sort" or "SequenceCompareTo" => element,
            "BinarySearch" when call.Arguments.Any(each =>
                SymbolEqualityComparer.Default.Equals(OwnField.Unwrap(each.Value)?.Type, element)) => element,
            _ => null,
        };
    }

    private static ITypeSymbol? ElementOf(IMethodSymbol method) => method.TypeArguments.FirstOrDefault()
        ?? method.ContainingType.TypeArguments.FirstOrDefault()
        ?? method.ContainingType.ContainingType?.TypeArguments.FirstOrDefault();

    private static void CheckCompared(Body body, IOperation at, string name, ITypeSymbol? compared)
    {
        if (compared is not null && ComparesStrings(compared))
        {
            Report(body, at, name, IsString(compared) ? UseOrdinal : "pass a comparer that uses 'string.CompareOrdinal'");
        }
    }

    private static void Report(Body body, IOperation at, string name, string remedy) =>
        body.Report(Rules.CultureOrder, at, Phases.All, name, Finding.Place, remedy);

    /// <summary>By what a sorted collection, or its builder, is sorted; null for other types.</summary>
    private static ITypeSymbol? KeyOf(ITypeSymbol collection)
    {
        INamedTypeSymbol? type = collection.Name == "Builder" ? collection.ContainingType : collection as INamedTypeSymbol;
        return type is not null && SortedTypes.Contains(type.OriginalDefinition.FullName()) ? type.TypeArguments.FirstOrDefault() : null;
    }

    private static bool IsQueue(INamedTypeSymbol type) =>
        type.TypeArguments.Length == 2 && type.OriginalDefinition.FullName() == "System.Collections.Generic.PriorityQueue";

    private static bool IsString(ITypeSymbol type) => type.SpecialType == SpecialType.System_String;

    /// <summary>The default comparer of tuples compares their elements by the default comparers of these.</summary>
    private static bool ComparesStrings(ITypeSymbol type) => IsString(type)
        || (type is INamedTypeSymbol { Name: "ValueTuple" or "Tuple" } tuple && tuple.IsInNamespace("System")
            && tuple.TypeArguments.Any(ComparesStrings));

    /// <summary>Methods of spans take comparers of any type, by a parameter of the type.</summary>
    private static bool IsComparerGiven(ImmutableArray<IArgumentOperation> arguments) => arguments.Any(static each =>
        (each.Parameter?.Type.Name is "IComparer" or "Comparison" || each.Parameter?.OriginalDefinition.Type.Name == "TComparer")
        && each.ArgumentKind != ArgumentKind.DefaultValue
        && !(each.Value.ConstantValue is { HasValue: true, Value: null }));

    /// <summary>A SortedSet that copies another one takes over its comparer.</summary>
    private static bool CopiesSorted(IObjectCreationOperation creation) =>
        creation.Type?.Name == "SortedSet" && creation.Arguments.Length > 0
        && OwnField.Unwrap(creation.Arguments[0].Value)?.Type is { } source && SymbolEqualityComparer.Default.Equals(source, creation.Type);

    /// <summary>So does a collection that is made from its builder.</summary>
    private static bool CopiesBuilder(IMethodSymbol method) =>
        (method.ReducedFrom ?? method).Parameters.FirstOrDefault()?.Type.Name == "Builder";
}
