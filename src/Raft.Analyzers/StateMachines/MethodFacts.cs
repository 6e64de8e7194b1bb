using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>How code uses a field of its own instance.</summary>
internal enum FieldUse
{
    /// <summary>It reads the field, or calls a method of the value that is not known to change it.</summary>
    Read,

    /// <summary>It assigns the field if it has no value yet.</summary>
    Fill,

    /// <summary>It assigns the field.</summary>
    Assign,

    /// <summary>It changes the value in place, such as a list to which it adds.</summary>
    Mutate,
}

/// <summary>What a method does, independent of who calls it.</summary>
internal sealed class MethodFacts
{
    /// <summary>What the rules found.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>The methods of the same project that it calls, or hands to others as delegates.</summary>
    public List<Call> Calls { get; } = [];

    /// <summary>The fields of any type of the project that it mentions, whose initial values matter.</summary>
    public HashSet<IFieldSymbol> Fields { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>How it uses the fields of its own instance.</summary>
    public List<OwnUse> OwnFields { get; } = [];

    /// <summary>Fields that it returns as, or within, its result.</summary>
    public List<(ISymbol Field, Location Location)> SharedResults { get; } = [];

    /// <summary>Fields that it hands to a capture.</summary>
    public List<(ISymbol Field, Location Location)> SharedCaptures { get; } = [];

    /// <summary>Whether it hands out its own instance, so that others may use any of its fields.</summary>
    public bool HandsOutItself { get; set; }

    /// <summary>A use of a field of its own instance.</summary>
    /// <param name="Field">The field, or a parameter of the primary constructor.</param>
    /// <param name="Use">What is done with it.</param>
    /// <param name="Call">The method of the project that is called on its value, and may change it.</param>
    public readonly record struct OwnUse(ISymbol Field, FieldUse Use, IMethodSymbol? Call);

    /// <summary>A call of a method of the project.</summary>
    /// <param name="Method">The method.</param>
    /// <param name="IsOwn">Whether it is called on the caller's own instance, so that an override may run in its place.</param>
    public readonly record struct Call(IMethodSymbol Method, bool IsOwn);
}
