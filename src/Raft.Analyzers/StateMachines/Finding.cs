using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>What a rule found in a method, before it is known which state machines call the method.</summary>
/// <param name="rule">The rule.</param>
/// <param name="location">Where.</param>
/// <param name="phases">When it matters.</param>
/// <param name="unlessDurable">Whether a durable state machine may do it.</param>
/// <param name="arguments">The arguments of the message. <see cref="Place"/> in them is replaced by how the place is reached.</param>
internal sealed class Finding(
    DiagnosticDescriptor rule, Location location, Phases phases, bool unlessDurable, params ImmutableArray<string> arguments)
{
    /// <summary>Where the arguments name the place.</summary>
    public const string Place = "\0";

    public DiagnosticDescriptor Rule { get; } = rule;

    public Location Location { get; } = location;

    public Phases Phases { get; } = phases;

    public bool UnlessDurable { get; } = unlessDurable;

    /// <summary>If there is one: the finding matters only if this method changes the instance on which it is called.</summary>
    public IMethodSymbol? IfChanging { get; init; }

    public Diagnostic At(string place) =>
        Diagnostic.Create(Rule, Location, [.. arguments.Select(argument => argument == Place ? place : argument)]);
}
