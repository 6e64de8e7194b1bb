using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Texts, parsing and comparisons that depend on the culture. Texts of exceptions do not reach the state.</summary>
internal static class CultureChecks
{
    private const string Invariant = "'CultureInfo.InvariantCulture'";

    public static void Check(Body body, IInvocationOperation call)
    {
        if (body.IsInvariant || body.Exceptions > 0)
        {
            return;
        }

        IMethodSymbol method = call.TargetMethod;
        if (method.ContainingType?.SpecialType == SpecialType.System_String)
        {
            CheckString(body, call, method);
        }
        else if (method is { Name: "ToString" or "TryFormat", IsStatic: false } && !IsProviderGiven(call) && call.Instance is { } instance)
        {
            CheckText(body, call, instance);
        }
        else if ((IsParsing(method) || IsNamedFormat(method) || Conversions.IsSensitive(call)) && !IsProviderGiven(call))
        {
            body.Report(
                Rules.Culture, call, Phases.All, $"'{method.ContainingType!.Name}.{method.Name}'", Finding.Place, Invariant);
        }
        else if (method.ContainingType?.FullName() == "System.Text.StringBuilder" && !IsProviderGiven(call))
        {
            CheckStringBuilder(body, call, method);
        }
        else if (method is { Name: "ToUpper" or "ToLower", Parameters.Length: 1, ContainingType.SpecialType: SpecialType.System_Char })
        {
            body.Report(Rules.Culture, call, Phases.All, $"'char.{method.Name}'", Finding.Place, $"'{method.Name}Invariant'");
        }
    }

    public static void Check(Body body, IPropertyReferenceOperation reference)
    {
        IPropertySymbol property = reference.Property;
        bool isCurrent = property.Name switch
        {
            "CurrentCulture" or "CurrentUICulture" => property.ContainingType.FullName() == "System.Globalization.CultureInfo",
            "CurrentInfo" => property.ContainingType.IsInNamespace("System.Globalization"),
            _ => false,
        };
        if (isCurrent && !body.IsInvariant)
        {
            body.Report(
                Rules.Culture, reference, Phases.All, $"'{property.ContainingType.Name}.{property.Name}'", Finding.Place, Invariant);
        }
    }

    public static void Check(Body body, IFieldReferenceOperation reference)
    {
        if (reference.Field is { Name: "CurrentCulture" or "CurrentCultureIgnoreCase", ContainingType.Name: "StringComparison" } field
            && !body.IsInvariant)
        {
            string better = field.Name == "CurrentCulture" ? "Ordinal" : "OrdinalIgnoreCase";
            body.Report(
                Rules.Culture, reference, Phases.All, $"'StringComparison.{field.Name}'", Finding.Place, $"'StringComparison.{better}'");
        }
    }

    /// <summary>A method that is passed on, and will be called without a culture.</summary>
    public static void Check(Body body, IMethodReferenceOperation reference)
    {
        IMethodSymbol method = reference.Method;
        if (body.IsInvariant || HasProvider(method) || IsComparisonGiven(method))
        {
            return;
        }

        string? better = method switch
        {
            _ when IsParsing(method) || IsNamedFormat(method) || Conversions.IsSensitive(method) => Invariant,
            { Name: "ToString", IsStatic: false } when reference.Instance is { } value && CultureTypes.IsSensitive(value) => Invariant,
            { Name: "Compare" or "CompareTo", ContainingType.SpecialType: SpecialType.System_String } => "'string.CompareOrdinal'",
            { Name: "ToUpper" or "ToLower", ContainingType.SpecialType: SpecialType.System_String or SpecialType.System_Char } =>
                $"'{method.Name}Invariant'",
            _ => null,
        };
        if (better is not null)
        {
            body.Report(
                Rules.Culture, reference, Phases.All, $"'{method.ContainingType!.Name}.{method.Name}'", Finding.Place, better);
        }
    }

    /// <summary>A value that is appended to a string by +=.</summary>
    public static void Check(Body body, ICompoundAssignmentOperation operation)
    {
        if (operation is { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String })
        {
            CheckOperand(body, operation.Value);
        }
    }

    /// <summary>A string plus a value, which is turned into a text.</summary>
    public static void Check(Body body, IBinaryOperation operation)
    {
        if (operation is { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String })
        {
            CheckOperand(body, operation.LeftOperand);
            CheckOperand(body, operation.RightOperand);
        }
    }

    public static void Check(Body body, IInterpolatedStringOperation text)
    {
        if (body.IsInvariant || body.Exceptions > 0)
        {
            return;
        }

        foreach ((IOperation part, IOperation value, string? format) in Interpolations.WithoutCulture(text))
        {
            if (CultureTypes.IsSensitive(value, format))
            {
                body.Report(
                    Rules.Culture, part, Phases.All, $"The text of '{value.Syntax}'", Finding.Place,
                    "'string.Create(CultureInfo.InvariantCulture, ...)'");
            }
        }
    }

    private static void CheckOperand(Body body, IOperation operand)
    {
        if (!body.IsInvariant && body.Exceptions == 0 && CultureTypes.IsSensitive(operand))
        {
            body.Report(
                Rules.Culture, operand, Phases.All, $"The text of '{operand.Syntax}'", Finding.Place, $"'ToString' with {Invariant}");
        }
    }

    private static void CheckText(Body body, IInvocationOperation call, IOperation instance)
    {
        if (CultureTypes.IsSensitive(instance, FormatOf(call)))
        {
            body.Report(
                Rules.Culture, call, Phases.All, $"'{instance.Type!.Display()}.{call.TargetMethod.Name}'", Finding.Place, Invariant);
        }
    }

    /// <summary>The format that a call is given; null for none, and empty if only a run tells.</summary>
    private static string? FormatOf(IInvocationOperation call)
    {
        IOperation? format = call.Arguments.FirstOrDefault(static each =>
            each.Parameter?.Name == "format" && each.ArgumentKind != ArgumentKind.DefaultValue)?.Value;
        while (format is IConversionOperation { ConstantValue.HasValue: false } conversion)
        {
            format = conversion.Operand; // a string that is passed as a span
        }

        return format switch
        {
            null or IDefaultValueOperation or { ConstantValue: { HasValue: true, Value: null } } => null,
            { ConstantValue.Value: string text } => text,
            _ => string.Empty,
        };
    }

    private static void CheckString(Body body, IInvocationOperation call, IMethodSymbol method)
    {
        string? better = method.Name switch
        {
            "Compare" when !IsComparisonGiven(method) => "'string.CompareOrdinal'",
            "CompareTo" => "'string.CompareOrdinal'",
            "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" when IsOfString(method) && !IsComparisonGiven(method) =>
                "'StringComparison.Ordinal'",
            "ToUpper" or "ToLower" when method.Parameters.IsEmpty => $"'{method.Name}Invariant'",
            "Format" when !IsProviderGiven(call) && HasSensitiveArgument(call) => Invariant,
            "Join" or "Concat" when HasSensitiveArgument(call) || IsGenericSensitive(method) => $"'ToString' with {Invariant}",
            _ => null,
        };
        if (better is not null)
        {
            body.Report(Rules.Culture, call, Phases.All, $"'string.{method.Name}'", Finding.Place, better);
        }
    }

    private static void CheckStringBuilder(Body body, IInvocationOperation call, IMethodSymbol method)
    {
        bool isSensitive = method.Name switch
        {
            "Append" or "Insert" => call.Arguments.Any(static each =>
                each.Parameter?.Name == "value" && CultureTypes.IsSensitive(each.Value)),
            "AppendFormat" => HasSensitiveArgument(call),
            "AppendJoin" => HasSensitiveArgument(call) || IsGenericSensitive(method),
            _ => false,
        };
        if (isSensitive)
        {
            body.Report(
                Rules.Culture, call, Phases.All, $"'StringBuilder.{method.Name}'", Finding.Place, Invariant);
        }
    }

    private static bool IsOfString(IMethodSymbol method) => method.Parameters[0].Type.SpecialType == SpecialType.System_String;

    private static bool IsParsing(IMethodSymbol method) =>
        method is { Name: "Parse" or "TryParse" or "ParseExact" or "TryParseExact", IsStatic: true }
        && (CultureTypes.IsSensitive(method.ContainingType, hasFormat: false) || method.ContainingType.FullName() == "System.TimeSpan");

    /// <summary>Such as DateTime.ToShortDateString.</summary>
    private static bool IsNamedFormat(IMethodSymbol method) =>
        method is { Name: "ToShortDateString" or "ToLongDateString" or "ToShortTimeString" or "ToLongTimeString" or "GetDateTimeFormats" }
        && CultureTypes.IsSensitive(method.ContainingType, hasFormat: false);

    private static bool IsComparisonGiven(IMethodSymbol method) =>
        method.Parameters.Any(static each => each.Type.Name is "StringComparison" or "CultureInfo" or "CompareOptions");

    private static bool HasProvider(IMethodSymbol method) => method.Parameters.Any(static each => each.Type.Name == "IFormatProvider");

    /// <summary>A provider that is null, or left out, is the current culture.</summary>
    private static bool IsProviderGiven(IInvocationOperation call) => call.Arguments.Any(static each =>
        each.Parameter?.Type.Name == "IFormatProvider" && each.ArgumentKind != ArgumentKind.DefaultValue
        && !(each.Value.ConstantValue is { HasValue: true, Value: null }));

    /// <summary>A position or a number of elements does not become a part of the text, unlike a type argument that is a number.</summary>
    private static bool HasSensitiveArgument(IInvocationOperation call) => call.Arguments.Any(static each =>
        each.Parameter?.OriginalDefinition.Type.SpecialType != SpecialType.System_Int32 && each.Value switch
        {
            IArrayCreationOperation { Initializer: { } array } => array.ElementValues.Any(IsSensitiveText),
            ICollectionExpressionOperation collection => collection.Elements.Any(IsSensitiveText),
            { } value => IsSensitiveText(value),
        });

    private static bool IsSensitiveText(IOperation value) => CultureTypes.IsSensitive(value);

    /// <summary>Such as string.Join of a list of numbers.</summary>
    private static bool IsGenericSensitive(IMethodSymbol method) =>
        method.TypeArguments.Length == 1 && CultureTypes.IsSensitive(method.TypeArguments[0], hasFormat: false);
}
