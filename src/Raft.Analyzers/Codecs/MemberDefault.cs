using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Raft.Analyzers.Codecs;

/// <summary>The value that a member has in what an earlier version wrote, as code.</summary>
internal static class MemberDefault
{
    /// <summary>Null for a reference that must not be null.</summary>
    /// <param name="property">The member.</param>
    /// <param name="shape">How it is written.</param>
    /// <param name="parameters">The parameters that may have a default value for it, in the order in which they are asked.</param>
    public static string? Of(IPropertySymbol property, ValueShape shape, params IParameterSymbol?[] parameters)
    {
        IParameterSymbol? found = parameters.FirstOrDefault(static each =>
            each is { HasExplicitDefaultValue: true, ExplicitDefaultValue: not null });
        if (found is not null)
        {
            return $"({Shapes.Code(property.Type)})({Literal(found.ExplicitDefaultValue!)})";
        }

        if (shape.Kind == ShapeKind.ImmutableArray)
        {
            return shape.Type + ".Empty"; // the default of its type cannot be enumerated
        }

        return property.Type.IsValueType || property.NullableAnnotation == NullableAnnotation.Annotated ? "default" : null;
    }

    private static string Literal(object value) => value switch
    {
        float number when float.IsNaN(number) || float.IsInfinity(number) => "float." + NameOf(number),
        double number when double.IsNaN(number) || double.IsInfinity(number) => "double." + NameOf(number),
        _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false) + SuffixOf(value),
    };

    private static string NameOf(double number) =>
        double.IsNaN(number) ? "NaN" : number > 0 ? "PositiveInfinity" : "NegativeInfinity";

    private static string SuffixOf(object value) => value switch
    {
        float => "F",
        double => "D",
        decimal => "M",
        ulong => "UL",
        long => "L",
        uint => "U",
        _ => string.Empty,
    };
}
