using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Calls of a node, a proposer or a reader: they complete only after the state machine has returned.</summary>
internal static class OwnNodeChecks
{
    public static void Check(Body body, IInvocationOperation call)
    {
        INamedTypeSymbol? type = call.TargetMethod.ContainingType;
        bool isOfNode = type is not null
            && (body.Known.OwnNode.Contains(type.OriginalDefinition)
                || type.AllInterfaces.Any(face => body.Known.OwnNode.Contains(face.OriginalDefinition)));
        if (isOfNode && call.TargetMethod.ReturnType.Name is "Task" or "ValueTask")
        {
            body.Report(
                Rules.OwnNode, call, Phases.All, type!.Name + "." + call.TargetMethod.Name, Finding.Place);
        }
    }
}
