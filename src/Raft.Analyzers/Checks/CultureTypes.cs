using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Values whose text depends on the culture.</summary>
internal static class CultureTypes
{
    /// <summary>Whether the text of a value, without a format provider, depends on the culture.</summary>
    /// <param name="value">The value. A count is never negative, so its text has no sign, and is the same in every culture.</param>
    /// <param name="hasFormat">Whether a format is given.</param>
    public static bool IsSensitive(IOperation value, bool hasFormat)
    {
        IOperation operand = OwnField.Unwrap(value) ?? value;
        return IsSensitive(operand.Type, hasFormat) && (hasFormat || !IsNeverNegative(operand));
    }

    public static bool IsSensitive(ITypeSymbol? type, bool hasFormat)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
        }

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

    /// <summary>Whether a format gives the same text in every culture: round-trip and universal dates, hexadecimal numbers.</summary>
    public static bool IsInvariantFormat(string format, ITypeSymbol? type)
    {
        bool isDate = type?.SpecialType == SpecialType.System_DateTime
            || type?.FullName() is "System.DateTimeOffset" or "System.DateOnly" or "System.TimeOnly";
        return isDate
            ? format is "O" or "o" or "R" or "r" or "s" or "u"
            : type?.FullName() == "System.TimeSpan"
                ? format is "c" or "t" or "T"
                : format.Length > 0 && format[0] is 'X' or 'x' or 'B' or 'b';
    }

    private static bool IsNeverNegative(IOperation value) => value switch
    {
        { ConstantValue: { HasValue: true, Value: int number } } => number >= 0,
        { ConstantValue: { HasValue: true, Value: long number } } => number >= 0,
        IPropertyReferenceOperation { Property.Name: "Count" or "Length" or "LongLength" } => true,
        IPropertyReferenceOperation { Property: { Name: "Index" or "Term", ContainingType.Name: "CommandContext" } } => true,
        IPropertyReferenceOperation
        {
            Property: { Name: "Year" or "Month" or "Day" or "Hour" or "Minute" or "Second" or "Ticks", ContainingType.Name: not "TimeSpan" }
        } => true,
        IInvocationOperation { TargetMethod.Name: "Count" or "Abs" } => true,
        _ => false,
    };
}
