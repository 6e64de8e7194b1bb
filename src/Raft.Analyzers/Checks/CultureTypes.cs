using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Values whose text depends on the culture.</summary>
internal static class CultureTypes
{
    /// <summary>Whether the text of a value, without a format provider, depends on the culture.</summary>
    /// <param name="value">The value. A count is never negative, so its text has no sign, and is the same in every culture.</param>
    /// <param name="format">Its format; null without one. An unknown one is empty.</param>
    public static bool IsSensitive(IOperation value, string? format = null)
    {
        IOperation formatted = Formatted(value);
        return format is null
            ? IsSensitive(formatted.Type, hasFormat: false) && !IsNeverNegativeWhole(formatted)
            : IsSensitive(formatted.Type, hasFormat: true)
                && !IsInvariantFormat(format, formatted.Type)
                && !(format.Length > 0 && format[0] is 'D' or 'd' && IsNeverNegativeWhole(formatted)); // a culture changes the sign only
    }

    public static bool IsSensitive(ITypeSymbol? type, bool hasFormat)
    {
        type = WithoutNull(type);
        return type switch
        {
            null => false,
            { TypeKind: TypeKind.Enum } => false,
            { SpecialType: SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_Int32 } => true,
            { SpecialType: SpecialType.System_Int64 or SpecialType.System_IntPtr } => true,
            { SpecialType: SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal } => true,
            { SpecialType: SpecialType.System_DateTime } => true,
            { SpecialType: SpecialType.System_Byte or SpecialType.System_UInt16 } => hasFormat,
            { SpecialType: SpecialType.System_UInt32 or SpecialType.System_UInt64 } => hasFormat,
            _ => type.FullName() switch
            {
                "System.DateTimeOffset" or "System.DateOnly" or "System.TimeOnly" or "System.Half" or "System.Int128"
                    or "System.Numerics.BigInteger" => true,
                "System.TimeSpan" => hasFormat,
                _ => false,
            },
        };
    }

    /// <summary>
    /// The value that becomes the text. Conversions that keep its text are left out, such as the one to object. Any other cast decides what
    /// the text is: that of an enum is its name, and that of a character the character.
    /// </summary>
    private static IOperation Formatted(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => Formatted(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion when KeepsText(conversion) => Formatted(conversion.Operand),
        _ => value,
    };

    private static bool KeepsText(IConversionOperation conversion) =>
        conversion.GetConversion() is { IsImplicit: true } kind
        && !(kind.IsNumeric && conversion.Operand.Type?.SpecialType == SpecialType.System_Char);

    /// <summary>Whether a format gives the same text in every culture: round-trip and universal dates, hexadecimal numbers.</summary>
    private static bool IsInvariantFormat(string format, ITypeSymbol? type)
    {
        bool isDate = type?.SpecialType == SpecialType.System_DateTime
            || type?.FullName() is "System.DateTimeOffset" or "System.DateOnly" or "System.TimeOnly";
        return isDate
            ? format is "O" or "o" or "R" or "r" or "s" or "u"
            : type?.FullName() == "System.TimeSpan"
                ? format is "c" or "t" or "T"
                : format.Length > 0 && format[0] is 'X' or 'x' or 'B' or 'b';
    }

    private static bool IsNeverNegativeWhole(IOperation formatted) =>
        WithoutNull(formatted.Type)?.SpecialType is SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32
            or SpecialType.System_UInt64
        || (IsWhole(formatted.Type) && IsNeverNegative(formatted));

    private static bool IsWhole(ITypeSymbol? type) => WithoutNull(type) switch
    {
        { SpecialType: SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_Int32 } => true,
        { SpecialType: SpecialType.System_Int64 or SpecialType.System_IntPtr } => true,
        { } other => other.FullName() is "System.Int128" or "System.Numerics.BigInteger",
        null => false,
    };

    private static ITypeSymbol? WithoutNull(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : type;

    private static bool IsNeverNegative(IOperation? value) => value switch
    {
        { ConstantValue.Value: >= 0 or >= 0L or >= (short)0 or >= (sbyte)0 } => true,
        IPropertyReferenceOperation { Property.Name: "Count" or "Length" or "LongLength" } => true,
        IPropertyReferenceOperation { Property: { Name: "Index" or "Term", ContainingType.Name: "CommandContext" } } => true,
        IPropertyReferenceOperation
        {
            Property: { Name: "Year" or "Month" or "Day" or "Hour" or "Minute" or "Second" or "Ticks", ContainingType.Name: not "TimeSpan" }
        } => true,
        IInvocationOperation { TargetMethod.Name: "Count" or "LongCount" or "Abs" } => true,
        IConditionalAccessOperation conditional => IsNeverNegative(conditional.WhenNotNull),
        IParenthesizedOperation parenthesized => IsNeverNegative(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null, Operand: { Type.TypeKind: TypeKind.Enum } number } => !HasNegatives(number.Type),
        IConversionOperation { OperatorMethod: null, Operand.Type.SpecialType: SpecialType.System_Char } => true,
        IConversionOperation { OperatorMethod: null, Operand: var operand } => IsNeverNegative(operand),
        _ => false,
    };

    private static bool HasNegatives(ITypeSymbol type) => type.GetMembers().OfType<IFieldSymbol>()
        .Any(static each => each.ConstantValue is < 0 or < 0L or < (short)0 or < (sbyte)0);
}
