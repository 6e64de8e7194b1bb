using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>The values of interpolated strings.</summary>
internal static class Interpolations
{
    /// <summary>
    /// The values that are formatted by the current culture. Those of another string are formatted as the method that receives it decides:
    /// string.Create and FormattableString.Invariant, and handlers of the framework that are given a provider.
    /// </summary>
    public static IEnumerable<(IOperation Part, IOperation Value, string? Format)> WithoutCulture(IInterpolatedStringOperation text)
    {
        if (text.Parent is IInterpolatedStringHandlerCreationOperation handler)
        {
            return UsesCurrentCulture(handler)
                ? text.Parts.OfType<IInterpolatedStringAppendOperation>().SelectMany(static part => Appended(part))
                : [];
        }

        bool isString = text.Type?.SpecialType == SpecialType.System_String
            && text.Parent is not IConversionOperation { Type.Name: "FormattableString" or "IFormattable" };
        return isString
            ? text.Parts.OfType<IInterpolationOperation>()
                .Select(static part => ((IOperation)part, part.Expression, FormatOf(part.FormatString)))
            : [];
    }

    private static bool UsesCurrentCulture(IInterpolatedStringHandlerCreationOperation handler) =>
        handler.Type is { } type && type.IsInNamespace("System")
        && handler.HandlerCreation is IObjectCreationOperation creation
        && !creation.Arguments.Any(static each => each.Parameter?.Type.Name == "IFormatProvider"
            && each.ArgumentKind != ArgumentKind.DefaultValue
            && !(each.Value.ConstantValue is { HasValue: true, Value: null }));

    private static IEnumerable<(IOperation Part, IOperation Value, string? Format)> Appended(IInterpolatedStringAppendOperation part)
    {
        if (part.AppendCall is IInvocationOperation { TargetMethod.Name: "AppendFormatted" } call
            && call.Arguments.FirstOrDefault()?.Value is { } value)
        {
            yield return (part, value, FormatOf(call.Arguments.FirstOrDefault(static each =>
                each.Parameter?.Name == "format" && each.ArgumentKind != ArgumentKind.DefaultValue)?.Value));
        }
    }

    private static string? FormatOf(IOperation? format) =>
        format?.ConstantValue.Value as string ?? format?.Syntax.ToString().TrimStart(':');
}
