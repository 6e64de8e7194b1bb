using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Sorted collections of strings, and sorting, without a comparer: the default one depends on the culture.</summary>
internal static class SortChecks
{
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

        bool isSorted = IsSortedByString(type) || (IsQueue(type) && IsString(type.TypeArguments[1]));
        if (isSorted && !IsComparerGiven(creation.Arguments) && !CopiesSorted(creation))
        {
            Report(body, creation, "new " + type.Display());
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
                "OrderBy" or "OrderByDescending" or "ThenBy" or "ThenByDescending" => method.TypeArguments.ElementAtOrDefault(1),
                "Order" or "OrderDescending" => method.TypeArguments.FirstOrDefault(),
                _ => null,
            },
            "System.Collections.Generic.List" when method.Name == "Sort" => type.TypeArguments[0],
            "System.Array" when method.Name == "Sort" => method.TypeArguments.FirstOrDefault()
                ?? (OwnField.Unwrap(call.Arguments[0].Value)?.Type as IArrayTypeSymbol)?.ElementType,
            "System.Collections.Immutable.ImmutableSortedDictionary" or "System.Collections.Immutable.ImmutableSortedSet"
                when method.IsStatic => method.TypeArguments.FirstOrDefault(),
            _ => null,
        };
        // Sort(Comparison) decides by itself.
        if (sorted is not null && IsString(sorted) && !call.Arguments.Any(static each => each.Value.Type?.TypeKind == TypeKind.Delegate
            && each.Value.Type.Name == "Comparison"))
        {
            Report(body, call, type.Name + "." + method.Name);
        }
    }

    /// <summary>ImmutableSortedSet.Empty, unless it is given a comparer at once.</summary>
    public static void Check(Body body, IFieldReferenceOperation reference)
    {
        if (!body.IsInvariant && reference.Field is { Name: "Empty", ContainingType: { } type } && IsSortedByString(type)
            && reference.Parent is not IInvocationOperation { TargetMethod.Name: "WithComparers" or "WithComparer" })
        {
            Report(body, reference, type.Name + ".Empty");
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
            Report(body, reference, "StringComparer." + property.Name);
        }
        else if (property is { Name: "Default", ContainingType: { Name: "Comparer", TypeArguments: { Length: 1 } compared } }
            && IsString(compared[0]))
        {
            Report(body, reference, "Comparer<string>.Default");
        }
    }

    public static void Check(Body body, ICollectionExpressionOperation collection)
    {
        if (!body.IsInvariant && collection.Type is INamedTypeSymbol type && IsSortedByString(type))
        {
            Report(body, collection, type.Display());
        }
    }

    private static void Report(Body body, IOperation at, string name) =>
        body.Report(Rules.CultureOrder, at, Phases.All, name, Finding.Place);

    private static bool IsSortedByString(INamedTypeSymbol type) =>
        type.TypeArguments.Length > 0 && IsString(type.TypeArguments[0]) && SortedTypes.Contains(type.OriginalDefinition.FullName());

    private static bool IsQueue(INamedTypeSymbol type) =>
        type.TypeArguments.Length == 2 && type.OriginalDefinition.FullName() == "System.Collections.Generic.PriorityQueue";

    private static bool IsString(ITypeSymbol type) => type.SpecialType == SpecialType.System_String;

    private static bool IsComparerGiven(ImmutableArray<IArgumentOperation> arguments) => arguments.Any(static each =>
        each.Parameter?.Type.Name is "IComparer" or "Comparison" && each.ArgumentKind != ArgumentKind.DefaultValue
        && !(each.Value.ConstantValue is { HasValue: true, Value: null }));

    /// <summary>A SortedSet that copies another one takes over its comparer.</summary>
    private static bool CopiesSorted(IObjectCreationOperation creation) =>
        creation.Type?.Name == "SortedSet" && creation.Arguments.Length > 0
        && OwnField.Unwrap(creation.Arguments[0].Value)?.Type is { } source && SymbolEqualityComparer.Default.Equals(source, creation.Type);
}
