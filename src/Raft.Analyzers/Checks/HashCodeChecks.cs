using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Hash codes as values. Only those of whole numbers are the same in every process.</summary>
internal static class HashCodeChecks
{
    public static void Check(Body body, IInvocationOperation call)
    {
        if (body.Name is "GetHashCode")
        {
            return; // for a hash table, which is what hash codes are for
        }

        IMethodSymbol method = call.TargetMethod;
        if (method is { ContainingType.Name: "HashCode", Name: "Combine" or "ToHashCode" } && method.IsInNamespace("System"))
        {
            Report(body, call, "HashCode." + method.Name);
        }
        else if (method.ContainingType?.FullName() == "System.Runtime.CompilerServices.RuntimeHelpers" && method.Name == "GetHashCode")
        {
            Report(body, call, "RuntimeHelpers.GetHashCode");
        }
        else if (method is { Name: "GetHashCode", IsStatic: false } && call.Instance?.Type is { } type && !IsStable(type)
            && !(body.Known.IsOfProject(method) && !method.IsImplicitlyDeclared))
        {
            Report(body, call, type.Name + ".GetHashCode");
        }
    }

    private static void Report(Body body, IOperation at, string name) =>
        body.Report(Rules.HashCode, at, Phases.Apply, name, Finding.Place);

    private static bool IsStable(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Enum
        || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double
        || type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr or SpecialType.System_DateTime
        || type.FullName() is "System.Guid" or "System.DateTimeOffset" or "System.TimeSpan" or "System.Int128" or "System.UInt128";
}
