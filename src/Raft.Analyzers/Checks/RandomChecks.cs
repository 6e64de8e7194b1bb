using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Random without a seed, or kept in a field: a snapshot does not contain how far its sequence has come.</summary>
internal static class RandomChecks
{
    public static void Check(Body body, IObjectCreationOperation creation)
    {
        if (IsRandom(creation.Type) && creation.Arguments.IsEmpty)
        {
            body.Report(Rules.RandomNumber, creation, Phases.All, "new Random()", Finding.Place);
        }
    }

    public static void Check(Body body, IInvocationOperation call)
    {
        // Random.Shared is reported where it is named, and a local one where it is created, unless it has a seed.
        if (IsRandom(call.Instance?.Type) && IsKept(call.Instance, body))
        {
            body.Report(Rules.RandomNumber, call, Phases.All, "Random." + call.TargetMethod.Name, Finding.Place);
        }
    }

    /// <summary>Whether it is not created for the command: it is in a field of any kind.</summary>
    private static bool IsKept(IOperation? random, Body body) => OwnField.Unwrap(random) switch
    {
        IFieldReferenceOperation => true,
        IPropertyReferenceOperation { Property: var property } => OwnField.BackingField(property) is not null,
        IParameterReferenceOperation { Parameter: var parameter } => OwnField.IsCaptured(parameter),
        ILocalReferenceOperation local => IsKept(body.InitializerOf(local), body),
        IConditionalAccessInstanceOperation inner => IsKept(OwnField.Receiver(inner), body),
        _ => false,
    };

    private static bool IsRandom(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Name == "Random" && type.FullName() == "System.Random")
            {
                return true;
            }
        }

        return false;
    }
}
