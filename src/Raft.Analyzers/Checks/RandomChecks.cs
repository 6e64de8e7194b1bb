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
        if (IsRandom(call.Instance?.Type) && OwnField.Direct(call.Instance) is not null)
        {
            body.Report(Rules.RandomNumber, call, Phases.All, "Random." + call.TargetMethod.Name, Finding.Place);
        }
    }

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
