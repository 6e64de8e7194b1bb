using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>
/// Collections of the state that become a part of a result or of a capture, without a copy. Whether commands change them is decided
/// for each state machine.
/// </summary>
internal static class SharingChecks
{
    public static void Check(Body body, IReturnOperation operation)
    {
        if (body.ReturnsResults && operation.ReturnedValue is { } value && !Functions.IsWithinFunction(operation))
        {
            body.Facts.SharedResults.AddRange(FieldsIn(value));
        }
    }

    public static void Check(Body body, IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.Name == "Of" && call.Arguments.Length > 0
            && SymbolEqualityComparer.Default.Equals(method.ContainingType, body.Known.SnapshotCapture))
        {
            body.Facts.SharedCaptures.AddRange(FieldsIn(call.Arguments[0].Value));
        }
        else if (method.Name == "Complete" && call.Arguments.Length > 1
            && SymbolEqualityComparer.Default.Equals(method.ContainingType, body.Known.CommittedBatch))
        {
            body.Facts.SharedResults.AddRange(FieldsIn(call.Arguments[1].Value));
        }
    }

    private static IEnumerable<(ISymbol Field, Location Location)> FieldsIn(IOperation value)
    {
        foreach (IOperation part in PartsOf(value))
        {
            if (OwnField.Direct(part) is { } field && FieldKinds.IsMutableCollection(field))
            {
                yield return (field, part.Syntax.GetLocation());
            }
        }
    }

    /// <summary>The value itself, the elements of a tuple, and what a positional record is created from.</summary>
    private static IEnumerable<IOperation> PartsOf(IOperation value) => OwnField.Unwrap(value) switch
    {
        ITupleOperation tuple => tuple.Elements.SelectMany(PartsOf),
        IConditionalOperation { WhenFalse: { } otherwise } choice => PartsOf(choice.WhenTrue).Concat(PartsOf(otherwise)),
        IObjectCreationOperation { Type.IsRecord: true } creation => creation.Arguments.SelectMany(static each => PartsOf(each.Value)),
        { } plain => [plain],
        null => [],
    };
}
