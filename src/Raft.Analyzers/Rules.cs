using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers;

/// <summary>The rules. docs/analyzers has a page for each.</summary>
internal static partial class Rules
{
    private const string Determinism = "Raft.Determinism";
    private const string Liveness = "Raft.Liveness";
    private const string Snapshots = "Raft.Snapshots";
    private const string Usage = "Raft.Usage";

    /// <summary>
    /// Where the page of a rule is. The project has no public address yet, and editors cannot open a relative one: so a description, and no
    /// link.
    /// </summary>
    private const string Page = "The package Raft.Core explains this rule, with a wrong and a right example, in its file docs/analyzers/";

    public static readonly DiagnosticDescriptor WallClock = new(
        "RAFT0001",
        "A state machine reads a clock",
        "'{0}' differs between the nodes that apply the same command, {1}; use 'context.Time', which is the same on all of them",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0001.md.");

    public static readonly DiagnosticDescriptor RandomNumber = new(
        "RAFT0002",
        "A state machine draws a random number",
        "'{0}' draws another number on every node, {1}; draw it where the command is created, and put it into the command",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0002.md.");

    public static readonly DiagnosticDescriptor NewGuid = new(
        "RAFT0003",
        "A state machine creates a GUID",
        "'{0}' creates another value on every node, {1}; create it where the command is created, and put it into the command",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0003.md.");

    public static readonly DiagnosticDescriptor ProcessEnvironment = new(
        "RAFT0004",
        "A state machine depends on its process or machine",
        "'{0}' depends on the machine or process of the node, {1}; put the value into the command",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0004.md.");

    public static readonly DiagnosticDescriptor Culture = new(
        "RAFT0005",
        "A state machine depends on the culture",
        "{0} depends on the culture of the node, {1}; use {2}",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0005.md.");

    public static readonly DiagnosticDescriptor CultureOrder = new(
        "RAFT0006",
        "A state machine sorts strings by the culture",
        "'{0}' sorts strings by the culture of the node, {1}; {2}",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0006.md.");

    public static readonly DiagnosticDescriptor TimeZone = new(
        "RAFT0007",
        "A state machine depends on the time zone",
        "'{0}' depends on the time zone of the node, {1}; compute with 'context.Time' in UTC",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0007.md.");

    public static readonly DiagnosticDescriptor HashOrder = new(
        "RAFT0008",
        "A state machine depends on the order of a hash table",
        "The order of a '{0}' reaches the state or the result, {1}; it differs between nodes: use a sorted collection, or sort first",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0008.md.");

    public static readonly DiagnosticDescriptor FloatingPointSum = new(
        "RAFT0009",
        "A state machine adds floating-point numbers in an order that differs",
        "The sum of floating-point numbers depends on their order, which differs between nodes in a '{0}', {1}; use 'decimal' or whole "
        + "numbers, or sort first",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0009.md.");

    public static readonly DiagnosticDescriptor HashCode = new(
        "RAFT0010",
        "A state machine uses a hash code as a value",
        "'{0}' differs between processes, {1}; compute a hash whose result is specified, such as 'XxHash64' or 'SHA256'",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0010.md.");

    public static readonly DiagnosticDescriptor StaticState = new(
        "RAFT0011",
        "A state machine uses static mutable state",
        "'{0}' is static and changes, {1}; all nodes of a process share it, and snapshots do not contain it: use a field of the "
        + "state machine",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0011.md.");

    public static readonly DiagnosticDescriptor ParallelWork = new(
        "RAFT0012",
        "A state machine starts tasks, threads or timers",
        "'{0}' runs code whose order and time differ between nodes, {1}; do the work in order, before 'Apply' returns",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0012.md.");

    public static readonly DiagnosticDescriptor Waiting = new(
        "RAFT0013",
        "A state machine waits",
        "'{0}' waits, {1}; while it does, this node applies no command and answers no read",
        Liveness,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0013.md.");

    public static readonly DiagnosticDescriptor InputOutput = new(
        "RAFT0014",
        "A state machine does IO",
        "'{0}' does IO, {1}; it can fail on one node and not on another, and runs again when the log is applied again: do it outside, "
        + "and propose what it returned",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0014.md.");

    public static readonly DiagnosticDescriptor OwnNode = new(
        "RAFT0015",
        "A state machine calls its own node",
        "'{0}' completes only after the state machine has returned, {1}; and every node makes this call: move it to a service",
        Liveness,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0015.md.");

    public static readonly DiagnosticDescriptor ForgottenField = new(
        "RAFT0016",
        "A capture does not contain a field",
        "'{0}' changes '{1}', but '{2}' does not contain it; a node that restores a snapshot has another value",
        Snapshots,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0016.md.");

    public static readonly DiagnosticDescriptor FieldNotRestored = new(
        "RAFT0017",
        "A field is captured and not restored",
        "'{0}' contains '{1}', but '{2}' does not replace it; a node that restores a snapshot keeps its former value",
        Snapshots,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0017.md.");

    public static readonly DiagnosticDescriptor SharedCapture = new(
        "RAFT0018",
        "A capture shares a collection that commands change",
        "The capture is written while further commands change '{0}'; capture a copy, or keep the state in an immutable collection",
        Snapshots,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0018.md.");

    public static readonly DiagnosticDescriptor SharedResult = new(
        "RAFT0019",
        "A result shares a collection that commands change",
        "The proposer reads the result while further commands change '{0}'; return a copy",
        Snapshots,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0019.md.");

    public static readonly DiagnosticDescriptor CatchAll = new(
        "RAFT0020",
        "A state machine catches all exceptions",
        "This catches every exception, {0}; one that only this node throws leaves its state different from the others': catch the "
        + "exception that you expect",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0020.md.");

    public static readonly DiagnosticDescriptor AsyncVoid = new(
        "RAFT0021",
        "A state machine runs async void code",
        "'{0}' is async void, {1}; it continues after the command was applied, and an exception ends the process",
        Determinism,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0021.md.");

    public static readonly DiagnosticDescriptor AwaitedTwice = new(
        "RAFT0022",
        "A ValueTask of Raft is used twice",
        "'{0}' may be used a second time here; the task of '{1}' is pooled and must be awaited once: store the result, or call AsTask()",
        Usage,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0022.md.");

    public static readonly DiagnosticDescriptor DroppedTask = new(
        "RAFT0023",
        "A ValueTask of Raft is dropped",
        "The outcome of '{0}' is lost; await it",
        Usage,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0023.md.");

    public static readonly DiagnosticDescriptor HalfSnapshots = new(
        "RAFT0024",
        "A state machine has half of the support for snapshots",
        "'{0}' has '{1}' but not '{2}'; without both, snapshots cannot be restored",
        Snapshots,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: Page + "RAFT0024.md.");

    /// <summary>The rules of state machines.</summary>
    public static ImmutableArray<DiagnosticDescriptor> OfStateMachines { get; } =
    [
        WallClock, RandomNumber, NewGuid, ProcessEnvironment, Culture, CultureOrder, TimeZone, HashOrder, FloatingPointSum, HashCode,
        StaticState, ParallelWork, Waiting, InputOutput, OwnNode, ForgottenField, FieldNotRestored, SharedCapture, SharedResult, CatchAll,
        AsyncVoid, HalfSnapshots,
    ];

    /// <summary>The rules of tasks that the library returns.</summary>
    public static ImmutableArray<DiagnosticDescriptor> OfTasks { get; } = [AwaitedTwice, DroppedTask];
}
