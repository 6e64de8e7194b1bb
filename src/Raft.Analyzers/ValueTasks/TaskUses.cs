using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.ValueTasks;

/// <summary>Finds uses of a variable after which its task must not be used again.</summary>
internal static class TaskUses
{
    /// <summary>A use that can follow another one in the same run of the code; null if there is none.</summary>
    public static IOperation? SecondUse(IOperation root, IVariableDeclaratorOperation declarator)
    {
        ILocalSymbol variable = declarator.Symbol;
        List<ILocalReferenceOperation> references = [.. root.Descendants().OfType<ILocalReferenceOperation>()
            .Where(each => SymbolEqualityComparer.Default.Equals(each.Local, variable))];
        if (references.Any(IsAssigned))
        {
            return null; // another task may be in it
        }

        List<ILocalReferenceOperation> uses = [.. references.Where(IsConsumed).OrderBy(static each => each.Syntax.SpanStart)];
        for (int second = 0; second < uses.Count; second++)
        {
            if (IsRepeated(uses[second], declarator))
            {
                return uses[second];
            }

            for (int first = 0; first < second; first++)
            {
                if (CanFollow(uses[first], uses[second]))
                {
                    return uses[second];
                }
            }
        }

        return null;
    }

    private static bool IsAssigned(ILocalReferenceOperation reference) =>
        reference.Parent is IAssignmentOperation assignment && assignment.Target == reference
        || reference.Parent is IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out };

    /// <summary>Awaited, converted to a Task, or asked for its result. Questions such as IsCompleted may be repeated.</summary>
    private static bool IsConsumed(ILocalReferenceOperation reference) => reference.Parent switch
    {
        IAwaitOperation => true,
        IInvocationOperation call => call.Instance == reference
            && call.TargetMethod.Name is "AsTask" or "GetAwaiter" or "ConfigureAwait" or "Preserve",
        IPropertyReferenceOperation property => property.Property.Name == "Result",
        IArgumentOperation => true,
        _ => false,
    };

    /// <summary>Whether a loop that begins after the declaration repeats it.</summary>
    private static bool IsRepeated(IOperation use, IVariableDeclaratorOperation declarator)
    {
        for (IOperation? outer = use.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
            {
                return false;
            }

            if (outer is ILoopOperation loop && !loop.Syntax.Span.Contains(declarator.Syntax.Span))
            {
                return !LeavesLoop(use, loop);
            }
        }

        return false;
    }

    private static bool LeavesLoop(IOperation use, ILoopOperation loop)
    {
        for (IOperation part = use; part.Parent is { } outer && part != loop; part = outer)
        {
            if (outer is IBlockOperation block && EndsAfter(block, part))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the same run can reach both: not the two branches of a condition, and nothing returns in between.</summary>
    private static bool CanFollow(IOperation first, IOperation second)
    {
        for (IOperation part = first; part.Parent is { } outer; part = outer)
        {
            if (outer.Syntax.Span.Contains(second.Syntax.Span) && outer.Descendants().Contains(second))
            {
                return outer switch
                {
                    IConditionalOperation conditional => part == conditional.Condition,
                    ISwitchOperation choice => part == choice.Value,
                    ISwitchExpressionOperation choice => part == choice.Value,
                    ITryOperation => part is not ICatchClauseOperation,
                    _ => true,
                };
            }

            if (outer is IReturnOperation or IThrowOperation || (outer is IBlockOperation block && EndsAfter(block, part)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a block, once it has reached a part, is left by a statement of its own.</summary>
    private static bool EndsAfter(IBlockOperation block, IOperation part) =>
        block.Operations.SkipWhile(each => each != part).Any(static each => each is IReturnOperation or IThrowOperation or IBranchOperation
            or IExpressionStatementOperation { Operation: IThrowOperation });
}
