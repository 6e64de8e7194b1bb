using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Methods of System.Convert that read or write a text.</summary>
internal static class Conversions
{
    public static bool IsSensitive(IInvocationOperation call) => IsSensitive(call.TargetMethod)
        && !(call.TargetMethod.Name == "ToString" && !CultureTypes.IsSensitive(call.Arguments[0].Value));

    /// <summary>A second parameter is a provider, or the base of a whole number, whose text is the same in every culture.</summary>
    public static bool IsSensitive(IMethodSymbol method)
    {
        if (!method.IsStatic || method.Parameters.Length == 0 || method.ContainingType?.FullName() != "System.Convert"
            || method.Parameters.Skip(1).Any(static each => each.Type.SpecialType == SpecialType.System_Int32))
        {
            return false;
        }

        ITypeSymbol converted = method.Parameters[0].Type;
        return method.ReturnType.SpecialType == SpecialType.System_String
            ? method.Name == "ToString" && CultureTypes.IsSensitive(converted, hasFormat: false)
            : converted.SpecialType == SpecialType.System_String && CultureTypes.IsSensitive(method.ReturnType, hasFormat: false);
    }
}
