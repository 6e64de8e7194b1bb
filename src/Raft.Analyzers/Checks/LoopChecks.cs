using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Loops over hash tables whose order reaches the state or the result.</summary>
internal static class LoopChecks
{
    private static readonly HashSet<string> SequenceTypes =
    [
        "System.Collections.Generic.List", "System.Collections.Generic.Queue", "System.Collections.Generic.Stack",
        "System.Collections.Generic.LinkedList", "System.Text.StringBuilder", "System.Collections.Immutable.ImmutableArray.Builder",
        "System.Collections.Immutable.ImmutableList.Builder", "System.IO.BinaryWriter",
    ];

    private static readonly HashSet<string> Appending =
        ["Add", "AddRange", "Append", "AppendLine", "AppendFormat", "Enqueue", "Push", "AddFirst", "AddLast", "Insert", "Write"];

    public static void Check(Body body, IForEachLoopOperation loop)
    {
        if (HashOrdered.SourceOf(loop.Collection, body) is not { } source)
        {
            return;
        }

        foreach (IOperation operation in loop.Body.Descendants())
        {
            if (IsFloatingPointSum(operation, loop))
            {
                body.Report(Rules.FloatingPointSum, operation, Phases.Apply, source, Finding.Place);
            }
            else if (IsOrderSensitive(operation, loop, body))
            {
                Location collection = loop.Collection.Syntax.GetLocation();
                body.Report(Rules.HashOrder, collection, Phases.Apply, unlessDurable: false, source, Finding.Place);
                return;
            }
        }
    }

    private static bool IsOrderSensitive(IOperation operation, IForEachLoopOperation loop, Body body) => operation switch
    {
        // Not what a lambda returns to its caller, nor an item that yield return hands on: its consumer may sort.
        IReturnOperation { Kind: OperationKind.Return, ReturnedValue: { } value } =>
            !Functions.IsWithinFunction(operation, loop) && MentionsItem(value, loop) && !IsLookup(operation, loop),
        IInvocationOperation call => IsAppending(call, loop, body),
        ICompoundAssignmentOperation { Target.Type.SpecialType: SpecialType.System_String, Target: var text } => IsOutside(text, loop),
        // Numbers that are given in the order of the loop: item.Position = next++.
        ISimpleAssignmentOperation { Value: var value } => IncrementsOutside(value, loop),
        _ => false,
    };

    private static bool IsAppending(IInvocationOperation call, IForEachLoopOperation loop, Body body)
    {
        if (!Appending.Contains(call.TargetMethod.Name)
            || call.Instance?.Type is not { } type
            || !SequenceTypes.Contains(type.OriginalDefinition.FullName())
            || !call.Arguments.Any(each => MentionsItem(each.Value, loop)))
        {
            return false;
        }

        bool isInside = OwnField.Unwrap(call.Instance) is ILocalReferenceOperation local && !IsOutside(local, loop);
        return !isInside && Sequences.IsKeptIn(call.Instance, body);
    }

    private static bool IsFloatingPointSum(IOperation operation, IForEachLoopOperation loop) => operation switch
    {
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum =>
            FloatingPoint.IsFloatingPoint(sum.Target.Type) && IsOutside(sum.Target, loop) && MentionsItem(sum.Value, loop),
        _ => false,
    };

    /// <summary>Whether a condition on equality around it makes it likely that it happens for one item only.</summary>
    private static bool IsLookup(IOperation operation, IForEachLoopOperation loop)
    {
        for (IOperation? outer = operation.Parent; outer is not null && outer != loop; outer = outer.Parent)
        {
            if (outer is IConditionalOperation conditional && conditional.Condition.DescendantsAndSelf().Any(each =>
                each is IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } or IInvocationOperation { TargetMethod.Name: "Equals" }
                    or IIsPatternOperation))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MentionsItem(IOperation value, IForEachLoopOperation loop) => value.DescendantsAndSelf()
        .OfType<ILocalReferenceOperation>().Any(reference => !IsOutside(reference, loop));

    private static bool IncrementsOutside(IOperation value, IForEachLoopOperation loop) => value.DescendantsAndSelf()
        .OfType<IIncrementOrDecrementOperation>().Any(increment => IsOutside(increment.Target, loop));

    /// <summary>Whether a variable, or the state, exists outside of the loop.</summary>
    private static bool IsOutside(IOperation target, IForEachLoopOperation loop) => OwnField.Unwrap(target) switch
    {
        ILocalReferenceOperation local => local.Local.DeclaringSyntaxReferences.All(each => !loop.Syntax.Span.Contains(each.Span)),
        IParameterReferenceOperation => true,
        IFieldReferenceOperation { Field.IsStatic: true } => true,
        { } member => OwnField.Root(member) is not null,
        null => false,
    };
}
