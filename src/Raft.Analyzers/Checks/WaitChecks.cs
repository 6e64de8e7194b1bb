using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Waiting for the result of a task without await.</summary>
internal static class WaitChecks
{
    public static void Check(Body body, IPropertyReferenceOperation reference)
    {
        if (reference.Property.Name == "Result"
            && reference.Property.ContainingType.OriginalDefinition.FullName() == "System.Threading.Tasks.Task"
            && !(reference.Instance is IInvocationOperation { TargetMethod.Name: "FromResult" }))
        {
            body.Report(
                Rules.Waiting, reference.Syntax.GetLocation(), Phases.Apply, unlessDurable: true, "Task.Result", Finding.Place);
        }
    }

    public static void Check(Body body, IInvocationOperation call)
    {
        // ConfigureAwait(false).GetAwaiter().GetResult(): the awaiter of a Task itself is in the table.
        if (call.TargetMethod is { Name: "GetResult", ContainingType.Name: "ConfiguredTaskAwaiter" })
        {
            body.Report(
                Rules.Waiting, call.Syntax.GetLocation(), Phases.Apply, unlessDurable: true, "TaskAwaiter.GetResult", Finding.Place);
        }
    }
}
