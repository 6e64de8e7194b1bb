using Microsoft.CodeAnalysis;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Codecs;

/// <summary>Finds how values of a type are written.</summary>
internal static class Shapes
{
    private static readonly SymbolDisplayFormat Qualified = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>A type as generated code writes it.</summary>
    public static string Code(ITypeSymbol type) => type.ToDisplayString(Qualified);

    /// <summary>Null if there is no way.</summary>
    public static ValueShape? Of(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            return Of(nullable.TypeArguments[0]) is { } inner
                ? new ValueShape(ShapeKind.NullableValue, Code(type), Item: inner)
                : null;
        }

        if (type is { IsReferenceType: true, NullableAnnotation: NullableAnnotation.Annotated })
        {
            return Of(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated)) is { } inner
                ? new ValueShape(ShapeKind.NullableReference, Code(type), Item: inner)
                : null;
        }

        if (SimpleMethod(type) is { } method)
        {
            return new ValueShape(ShapeKind.Simple, Code(type), method);
        }

        if (CastMethod(type) is { } cast)
        {
            return new ValueShape(ShapeKind.Cast, Code(type), cast);
        }

        return HasCodec(type) ? new ValueShape(ShapeKind.Command, Code(type)) : OfCollection(type);
    }

    public static AttributeData? AttributeOf(ISymbol symbol, string name) => symbol.GetAttributes().FirstOrDefault(each =>
        each.AttributeClass is { } type && type.Name == name && type.ContainingNamespace.ToDisplayString() == "Raft");

    /// <summary>A type with a tag, or between such a type and its base, is encoded by the codec of the base.</summary>
    private static bool HasCodec(ITypeSymbol type) =>
        (AttributeOf(type, "RaftCommandAttribute") is { ConstructorArguments.IsEmpty: true } && CommandReading.RootOf(type) is null)
        || HasCodecByHand(type);

    /// <summary>A static property Codec that is a CommandCodec, as in a referenced project.</summary>
    private static bool HasCodecByHand(ITypeSymbol type) => type.GetMembers("Codec").OfType<IPropertySymbol>().Any(each =>
        each is { IsStatic: true, Type: INamedTypeSymbol { Name: "CommandCodec", TypeArguments.Length: 1 } codec }
        && SymbolEqualityComparer.Default.Equals(codec.TypeArguments[0], type));

    private static string? SimpleMethod(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => "Boolean",
        SpecialType.System_Byte => "Byte",
        SpecialType.System_Char => "Char",
        SpecialType.System_Int64 => "Int64",
        SpecialType.System_UInt64 => "UInt64",
        SpecialType.System_Single => "Single",
        SpecialType.System_Double => "Double",
        SpecialType.System_Decimal => "Decimal",
        SpecialType.System_String => "String",
        SpecialType.System_DateTime => "DateTime",
        _ => type switch
        {
            IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte, Rank: 1 } => "Bytes",
            { TypeKind: TypeKind.Struct } => type.FullName() switch
            {
                "System.Guid" => "Guid",
                "System.DateTimeOffset" => "DateTimeOffset",
                "System.TimeSpan" => "TimeSpan",
                "System.DateOnly" => "DateOnly",
                "System.TimeOnly" => "TimeOnly",
                "System.ReadOnlyMemory" when IsOfBytes(type) => "Memory",
                _ => null,
            },
            _ => null,
        },
    };

    private static bool IsOfBytes(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeArguments.Length: 1 } named && named.TypeArguments[0].SpecialType == SpecialType.System_Byte;

    private static string? CastMethod(ITypeSymbol type) =>
        type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? NumberMethod(underlying) : NumberMethod(type);

    private static string? NumberMethod(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_Int32 or SpecialType.System_Int64 => "Int64",
        SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32 or SpecialType.System_UInt64 => "UInt64",
        _ => null,
    };

    private static ValueShape? OfCollection(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return Of(array.ElementType) is { } element ? new ValueShape(ShapeKind.Array, Code(type), Item: element) : null;
        }

        if (type is not INamedTypeSymbol { TypeArguments: var arguments } || arguments.IsEmpty || Of(arguments[0]) is not { } item)
        {
            return null;
        }

        switch (type.OriginalDefinition.FullName())
        {
            case "System.Collections.Generic.List" or "System.Collections.Generic.IReadOnlyList" or "System.Collections.Generic.IList"
                or "System.Collections.Generic.IReadOnlyCollection":
                return new ValueShape(ShapeKind.List, Code(type), Item: item);
            case "System.Collections.Immutable.ImmutableArray":
                return new ValueShape(ShapeKind.ImmutableArray, Code(type), Item: item);
            case "System.Collections.Generic.Dictionary" or "System.Collections.Generic.IReadOnlyDictionary"
                or "System.Collections.Generic.SortedDictionary" when IsKey(item) && Of(arguments[1]) is { } value:
                string created = type.Name == "SortedDictionary" ? "SortedDictionary" : "Dictionary";
                return new ValueShape(ShapeKind.Map, Code(type), created, item, value);
            default:
                return null;
        }
    }

    /// <summary>Whether a type is one that codecs encode if its parts can be encoded.</summary>
    public static bool IsMadeOfParts(ITypeSymbol type) => type is IArrayTypeSymbol { Rank: 1 }
        || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
        || type.OriginalDefinition.FullName() is "System.Collections.Generic.List" or "System.Collections.Generic.IReadOnlyList"
            or "System.Collections.Generic.IList" or "System.Collections.Generic.IReadOnlyCollection"
            or "System.Collections.Immutable.ImmutableArray" or "System.Collections.Generic.Dictionary"
            or "System.Collections.Generic.IReadOnlyDictionary" or "System.Collections.Generic.SortedDictionary";

    /// <summary>Keys have an order that is the same everywhere.</summary>
    private static bool IsKey(ValueShape shape) =>
        shape.Kind == ShapeKind.Cast
        || (shape.Kind == ShapeKind.Simple
            && shape.Method is "String" or "Int64" or "UInt64" or "Byte" or "Char" or "Guid" or "DateOnly" or "TimeSpan");
}
