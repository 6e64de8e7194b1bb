using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Raft.Analyzers.Codecs;

/// <summary>A type with the attribute, as far as its codec depends on it.</summary>
/// <param name="Type">Its name with namespace, as generated code writes it.</param>
/// <param name="Root">The name of the abstract base with the attribute; the same as <paramref name="Type"/> if it has none.</param>
/// <param name="BaseName">The short name of that base, for errors.</param>
/// <param name="Declaration">How to declare the type's other part; null for a derived type, which needs none.</param>
/// <param name="Identifier">A name for its methods, unique within the codec.</param>
/// <param name="Name">Its name in errors.</param>
/// <param name="Tag">Its number.</param>
/// <param name="Version">Its version.</param>
/// <param name="Depth">How many base classes it has: derived types are tried first.</param>
/// <param name="IsAbstract">Whether it has no values of its own.</param>
/// <param name="IsValueType">Whether it cannot be null.</param>
/// <param name="Members">What is written, in order.</param>
/// <param name="Arguments">The members that the constructor takes, in its order.</param>
/// <param name="Location">Where it is declared.</param>
/// <param name="Problems">What prevents a codec.</param>
internal sealed record CommandModel(
    string Type,
    string Root,
    string BaseName,
    DeclarationModel? Declaration,
    string Identifier,
    string Name,
    int Tag,
    int Version,
    int Depth,
    bool IsAbstract,
    bool IsValueType,
    EquatableArray<MemberModel> Members,
    EquatableArray<string> Arguments,
    LocationModel Location,
    EquatableArray<ProblemModel> Problems);

/// <summary>How to declare the other part of a type.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Headers">The types around it and itself, such as "partial record Command".</param>
/// <param name="HidesCodec">Whether a base class has a codec too.</param>
/// <param name="Accessibility">The accessibility of the property.</param>
internal sealed record DeclarationModel(string Namespace, EquatableArray<string> Headers, bool HidesCodec, string Accessibility);

/// <summary>A member that is written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Variable">The name of a variable for it.</param>
/// <param name="Shape">Its type.</param>
/// <param name="Since">The version that added it.</param>
/// <param name="Default">Its value in earlier versions, as code.</param>
internal sealed record MemberModel(string Name, string Variable, ValueShape Shape, int Since, string Default);

/// <summary>How values of a type are written.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Type">The type, as code.</param>
/// <param name="Method">For a simple value, the end of the name of its methods; for an enumeration, the type of its numbers.</param>
/// <param name="Item">The shape of the elements, of the keys, or of the value that may be missing.</param>
/// <param name="Value">The shape of the values of a dictionary.</param>
internal sealed record ValueShape(ShapeKind Kind, string Type, string Method = "", ValueShape? Item = null, ValueShape? Value = null);

/// <summary>The ways to write a value.</summary>
internal enum ShapeKind
{
    /// <summary>By one call.</summary>
    Simple,

    /// <summary>A number that is cast.</summary>
    Cast,

    /// <summary>By the codec of its type.</summary>
    Command,

    /// <summary>A value type that may be null.</summary>
    NullableValue,

    /// <summary>A reference that may be null.</summary>
    NullableReference,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A list.</summary>
    List,

    /// <summary>An ImmutableArray.</summary>
    ImmutableArray,

    /// <summary>A dictionary, whose entries are written in the order of their keys.</summary>
    Map,
}

/// <summary>A place in the source that does not keep the whole compilation alive.</summary>
internal sealed record LocationModel(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationModel Of(Location location) =>
        new(location.GetLineSpan().Path, location.SourceSpan, location.GetLineSpan().Span);

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>Something that prevents a codec.</summary>
internal sealed record ProblemModel(string Id, LocationModel Location, EquatableArray<string> Arguments);
