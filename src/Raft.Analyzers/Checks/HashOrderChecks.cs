using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>LINQ and other calls that take the order of a hash table over into a value.</summary>
internal static class HashOrderChecks
{
    public static void Check(Body body, IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.ContainingType?.SpecialType == SpecialType.System_String)
        {
            CheckText(body, call);
        }
        else if (method.Name is "AddRange" or "InsertRange" or "AppendJoin" or "CopyTo")
        {
            CheckRange(body, call);
        }
        else if (method.IsInNamespace("System.Linq") || method.IsInNamespace("System.Collections.Immutable"))
        {
            CheckLinq(body, call);
        }
    }

    public static void Check(Body body, IObjectCreationOperation creation)
    {
        if (creation.Arguments.Length > 0 && creation.Type?.Name is "List" or "Queue" or "Stack" or "LinkedList" or "ConcurrentQueue"
                or "ConcurrentStack"
            && HashOrdered.SourceOf(creation.Arguments[0].Value, body) is { } source && Sequences.IsKept(creation, body))
        {
            Report(body, creation, source);
        }
    }

    /// <summary>Such as [.. _accounts.Keys].</summary>
    public static void Check(Body body, ICollectionExpressionOperation collection)
    {
        bool isSequence = collection.Type is IArrayTypeSymbol
            || collection.Type?.Name is "List" or "ImmutableArray" or "ImmutableList" or "IReadOnlyList" or "IEnumerable" or "IList"
                or "IReadOnlyCollection" or "ICollection" or "Span" or "ReadOnlySpan";
        if (isSequence
            && collection.Elements.OfType<ISpreadOperation>().Select(spread => HashOrdered.SourceOf(spread.Operand, body))
                .FirstOrDefault(static source => source is not null) is { } source
            && Sequences.IsKept(collection, body))
        {
            Report(body, collection, source);
        }
    }

    private static void CheckText(Body body, IInvocationOperation call)
    {
        if (call.TargetMethod.Name is "Join" or "Concat" && SourceOfArguments(body, call) is { } source)
        {
            Report(body, call, source);
        }
    }

    /// <summary>All items at once are added to a sequence, a text or an array.</summary>
    private static void CheckRange(Body body, IInvocationOperation call)
    {
        (IOperation? target, string? source) = call.TargetMethod switch
        {
            { Name: "CopyTo" } => (call.Arguments.FirstOrDefault()?.Value, HashOrdered.SourceOf(call.Instance, body)),
            { ContainingType: var type } when IsSequence(type) => (call.Instance, SourceOfArguments(body, call)),
            _ => default,
        };
        if (source is not null && IsKept(body, call, target))
        {
            Report(body, call, source);
        }
    }

    private static string? SourceOfArguments(Body body, IInvocationOperation call) =>
        HashOrdered.SourceOf(call.Arguments.Select(static each => each.Value), body);

    private static bool IsSequence(INamedTypeSymbol type) => type.OriginalDefinition.FullName()
        is "System.Collections.Generic.List" or "System.Text.StringBuilder" or "System.Collections.ArrayList"
            or "System.Collections.Immutable.ImmutableArray" or "System.Collections.Immutable.ImmutableArray.Builder"
            or "System.Collections.Immutable.ImmutableList" or "System.Collections.Immutable.ImmutableList.Builder";

    /// <summary>An immutable sequence is not changed: the call returns another one. A text is a text already.</summary>
    private static bool IsKept(Body body, IInvocationOperation call, IOperation? target) => call.TargetMethod switch
    {
        { ReturnsVoid: true } => Sequences.IsKeptIn(target, body),
        { Name: "AppendJoin" } when OwnField.Unwrap(target) is ILocalReferenceOperation local => Sequences.IsKept(local.Local, body),
        { Name: "AppendJoin" } => true,
        _ => Sequences.IsKept(call, body),
    };

    private static void CheckLinq(Body body, IInvocationOperation call)
    {
        if (call.TargetMethod.Name == "SequenceEqual" && SourceOfArguments(body, call) is { } compared)
        {
            Report(body, call, compared);
            return;
        }

        if (call.Arguments.FirstOrDefault()?.Value is not { } first || HashOrdered.SourceOf(first, body) is not { } source)
        {
            return;
        }

        switch (call.TargetMethod.Name)
        {
            case "First" or "FirstOrDefault" or "Last" or "LastOrDefault" when !HasPredicate(call) && !IsFiltered(first):
            case "ElementAt" or "ElementAtOrDefault":
            case "Take" or "Skip" or "TakeLast" or "SkipLast" when !IsFiltered(first):
            case "Aggregate" when call.Type?.SpecialType == SpecialType.System_String:
            case "ToList" or "ToArray" or "ToImmutableArray" or "ToImmutableList" when Sequences.IsKept(call, body):
            case "CreateRange" when HashOrdered.IsOfImmutableSequence(call.TargetMethod) && Sequences.IsKept(call, body):
                Report(body, call, source);
                break;
            case "Sum" or "Average" or "Aggregate" when FloatingPoint.IsResultOf(call):
                body.Report(Rules.FloatingPointSum, call, Phases.Apply, source, Finding.Place);
                break;
        }
    }

    private static void Report(Body body, IOperation at, string source) =>
        body.Report(Rules.HashOrder, at, Phases.Apply, source, Finding.Place);

    private static bool HasPredicate(IInvocationOperation call) =>
        call.Arguments.Any(static each => each.Parameter?.Type.TypeKind == TypeKind.Delegate);

    /// <summary>A filter may leave one item at most.</summary>
    private static bool IsFiltered(IOperation source)
    {
        IOperation? part = OwnField.Unwrap(source);
        while (part is IInvocationOperation call)
        {
            if (call.TargetMethod.Name == "Where")
            {
                return true;
            }

            part = OwnField.Unwrap(call.Arguments.FirstOrDefault()?.Value);
        }

        return false;
    }
}
