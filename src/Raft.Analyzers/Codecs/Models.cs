using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Raft.Analyzers.Codecs;

/// <summary>What was read of a type with the attribute.</summary>
/// <param name="Model">What its codec depends on. It has no places, so that an edit elsewhere in the file does not change it.</param>
/// <param name="Location">Where it is declared.</param>
/// <param name="Problems">What prevents a codec.</param>
internal sealed record CommandReport(CommandModel Model, LocationModel Location, EquatableArray<ProblemModel> Problems);

/// <summary>A type with the attribute, as far as its codec depends on it.</summary>
/// <param name="Type">Its name with namespace, as generated code writes it.</param>
/// <param name="Root">The name of the abstract base with the attribute; the same as <paramref name="Type"/> if it has none.</param>
/// <param name="BaseName">The short name of that base, for errors.</param>
/// <param name="Declaration">How to declare the type's other part; null for a derived type, which needs none.</param>
/// <param name="Name">Its name in errors.</param>
/// <param name="Tag">Its number.</param>
/// <param name="Version">Its version.</param>
/// <param name="Depth">How many base classes it has: derived types are tried first.</param>
/// <param name="IsAbstract">Whether it has no values of its own.</param>
/// <param name="IsValueType">Whether it cannot be null.</param>
/// <param name="IsSealed">Whether no other type can derive from it.</param>
/// <param name="Members">What is written, in order.</param>
/// <param name="Arguments">The members that the constructor takes, in its order.</param>
/// <param name="HasProblems">Whether something prevents a codec.</param>
internal sealed record CommandModel(
    string Type,
    string Root,
    string BaseName,
    DeclarationModel? Declaration,
    string Name,
    int Tag,
    int Version,
    int Depth,
    bool IsAbstract,
    bool IsValueType,
    bool IsSealed,
    EquatableArray<MemberModel> Members,
    EquatableArray<string> Arguments,
    bool HasProblems);

/// <summary>How to declare the other part of a type.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Headers">The types around it and itself, such as "partial record Command".</param>
/// <param name="HidesCodec">Whether a base class has a member Codec too.</param>
internal sealed record DeclarationModel(string Namespace, EquatableArray<string> Headers, bool HidesCodec);

/// <summary>A member that is written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Variable">The name of a variable for it, unique within its type.</param>
/// <param name="Shape">Its type.</param>
/// <param name="Since">The version that added it.</param>
/// <param name="Default">Its value in earlier versions, as code.</param>
/// <param name="IsSet">Whether it is set after the constructor has returned.</param>
/// <param name="IsForgiven">Whether it may be null, and the constructor does not expect it to be.</param>
internal sealed record MemberModel(
    string Name, string Variable, ValueShape Shape, int Since, string Default, bool IsSet, bool IsForgiven);

/// <summary>A place in the source that does not keep the whole compilation alive.</summary>
internal sealed record LocationModel(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationModel Of(Location location) =>
        new(location.GetLineSpan().Path, location.SourceSpan, location.GetLineSpan().Span);

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>Something that prevents a codec.</summary>
internal sealed record ProblemModel(DiagnosticDescriptor Rule, LocationModel Location, EquatableArray<string> Arguments)
{
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule, Location.ToLocation(), [.. Arguments]);
}
