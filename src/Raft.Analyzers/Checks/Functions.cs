using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.Checks;

/// <summary>Lambdas and local functions within a body.</summary>
internal static class Functions
{
    /// <summary>Whether code belongs to a lambda or local function of the method, or of a part of it.</summary>
    public static bool IsWithinFunction(IOperation operation, IOperation? within = null)
    {
        for (IOperation? outer = operation.Parent; outer is not null && outer != within; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }
}
