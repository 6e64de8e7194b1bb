using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.Checks;

/// <summary>Floating-point numbers, whose sum depends on their order.</summary>
internal static class FloatingPoint
{
    public static bool IsFloatingPoint(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? IsFloatingPoint(nullable.TypeArguments[0])
            : type?.SpecialType is SpecialType.System_Double or SpecialType.System_Single;

    /// <summary>Whether a call computes one from others.</summary>
    public static bool IsResultOf(IInvocationOperation call) => IsFloatingPoint(call.Type) && !IsAverageOfWholeNumbers(call);

    /// <summary>The average of whole numbers is their exact sum, divided once.</summary>
    private static bool IsAverageOfWholeNumbers(IInvocationOperation call)
    {
        ITypeSymbol? last = call.TargetMethod.Parameters.LastOrDefault()?.Type;
        ITypeSymbol? averaged = last is INamedTypeSymbol { TypeKind: TypeKind.Delegate } selector
            ? selector.DelegateInvokeMethod?.ReturnType
            : (call.TargetMethod.Parameters.FirstOrDefault()?.Type as INamedTypeSymbol)?.TypeArguments.FirstOrDefault();
        return call.TargetMethod.Name == "Average" && !IsFloatingPoint(averaged);
    }
}
