using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Waiting for the result of a task without await, unless the code asks first whether the task is complete.</summary>
internal static class WaitChecks
{
    public static void Check(Body body, IPropertyReferenceOperation reference)
    {
        if (reference.Property.Name == "Result"
            && IsTask(reference.Property.ContainingType)
            && !(reference.Instance is IInvocationOperation { TargetMethod.Name: "FromResult" })
            && !IsAskedFirst(reference.Instance, body))
        {
            Report(body, reference, reference.Property.ContainingType.Name + ".Result");
        }
    }

    public static void Check(Body body, IInvocationOperation call)
    {
        if (call.TargetMethod is not { Name: "GetResult", ContainingType: { } awaiter })
        {
            return;
        }

        string? name = awaiter.Name switch
        {
            "TaskAwaiter" or "ConfiguredTaskAwaiter" => "TaskAwaiter.GetResult",
            "ValueTaskAwaiter" or "ConfiguredValueTaskAwaiter" => "ValueTaskAwaiter.GetResult",
            _ => null,
        };
        if (name is not null && awaiter.IsInNamespace("System.Runtime.CompilerServices") && !IsAskedFirst(TaskOf(call), body))
        {
            Report(body, call, name);
        }
    }

    /// <summary>
    /// Whether a call has a timeout that is always zero: it only asks, and returns at once. Except Monitor.Wait, which needs its lock
    /// again.
    /// </summary>
    public static bool IsWithoutWaiting(IOperation operation) => operation is IInvocationOperation call
        && !(call.TargetMethod is { Name: "Wait", ContainingType.Name: "Monitor" }) && call.Arguments.Any(static each =>
        each.Parameter?.Name is "millisecondsTimeout" or "timeout" && OwnField.Unwrap(each.Value) switch
        {
            IFieldReferenceOperation { Field: { Name: "Zero", ContainingType: var type } } => type.FullName() == "System.TimeSpan",
            IDefaultValueOperation => true,
            { ConstantValue: { HasValue: true, Value: 0 or 0L } } => true,
            _ => false,
        });

    private static void Report(Body body, IOperation at, string name) =>
        body.Report(Rules.Waiting, at.Syntax.GetLocation(), Phases.Apply, unlessDurable: true, name, Finding.Place);

    private static bool IsTask(INamedTypeSymbol type) =>
        type.OriginalDefinition.FullName() is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask";

    /// <summary>The task of task.ConfigureAwait(false).GetAwaiter().GetResult().</summary>
    private static IOperation? TaskOf(IInvocationOperation call)
    {
        IOperation? part = call.Instance;
        while (part is IInvocationOperation { TargetMethod.Name: "GetAwaiter" or "ConfigureAwait" } inner)
        {
            part = inner.Instance;
        }

        return part;
    }

    private static bool IsAskedFirst(IOperation? task, Body body) =>
        OwnField.Unwrap(task) is ILocalReferenceOperation { Local: var local }
        && body.ReferencesOf(local).Any(static each => each.Parent is IPropertyReferenceOperation
        {
            Property.Name: "IsCompleted" or "IsCompletedSuccessfully"
        });
}
