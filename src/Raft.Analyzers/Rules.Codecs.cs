using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers;

/// <content>The rules of generated codecs. They are errors: without the codec, the program would not compile anyway.</content>
internal static partial class Rules
{
    private const string Codecs = "Raft.Codecs";

    public static readonly DiagnosticDescriptor NotPartial = new(
        "RAFT0101",
        "A type with a generated codec is not partial",
        "'{0}' needs the modifier partial, so that its codec can be generated into it",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0101.md.");

    public static readonly DiagnosticDescriptor UnsupportedMember = new(
        "RAFT0102",
        "A member has a type that cannot be encoded",
        "'{0}' has the type '{1}', which generated codecs cannot encode; use a supported type, or mark '{1}' with [RaftCommand]",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0102.md.");

    public static readonly DiagnosticDescriptor DuplicateTag = new(
        "RAFT0103",
        "Two types have the same tag",
        "'{0}' has tag {1}, as '{2}' has; give the newer one a tag that was never used",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0103.md.");

    public static readonly DiagnosticDescriptor WrongTag = new(
        "RAFT0104",
        "A tag is missing or not needed",
        "'{0}' {1}",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0104.md.");

    public static readonly DiagnosticDescriptor GenericCommand = new(
        "RAFT0105",
        "A type with a generated codec is generic",
        "'{0}' is generic, or within a generic type; generated codecs need types that are complete",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0105.md.");

    public static readonly DiagnosticDescriptor NoConstructor = new(
        "RAFT0106",
        "A type with a generated codec cannot be created",
        "'{0}' has no accessible constructor whose parameters all have the name and type of a property; make it a positional record, or "
        + "use init properties",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0106.md.");

    public static readonly DiagnosticDescriptor WrongVersion = new(
        "RAFT0107",
        "A version does not fit",
        "{0}",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0107.md.");

    public static readonly DiagnosticDescriptor NoDefault = new(
        "RAFT0108",
        "An added member has no default value",
        "'{0}' was added in version {1}, and what earlier versions wrote does not contain it; make it nullable, or give its parameter a "
        + "default value",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0108.md.");

    public static readonly DiagnosticDescriptor UnmarkedCommand = new(
        "RAFT0109",
        "A derived type has no [RaftCommand]",
        "'{0}' derives from '{1}', whose codec cannot encode it; mark it with [RaftCommand] and a tag",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0109.md.");

    public static readonly DiagnosticDescriptor LostMember = new(
        "RAFT0110",
        "A property is not encoded",
        "'{0}' can be neither passed to a constructor nor set, so the codec leaves it out; add an init accessor, or compute it from others",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0110.md.");

    /// <summary>The rules of generated codecs.</summary>
    public static ImmutableArray<DiagnosticDescriptor> OfCodecs { get; } =
    [
        NotPartial, UnsupportedMember, DuplicateTag, WrongTag, GenericCommand, NoConstructor, WrongVersion, NoDefault, UnmarkedCommand,
        LostMember,
    ];
}
