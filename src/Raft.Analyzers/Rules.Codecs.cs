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
        "'{0}' has the type '{1}', which generated codecs cannot encode; use a supported type, or mark '{2}' with "
        + "[RaftCommand]",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0102.md.");

    public static readonly DiagnosticDescriptor DerivedMember = new(
        "RAFT0102",
        "A member has a type that cannot be encoded",
        "'{0}' uses the type '{1}', which only the codec of its base encodes; use the type '{2}' instead",
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

    public static readonly DiagnosticDescriptor MissingTag = new(
        "RAFT0104",
        "A tag is missing, or has no base in the project",
        "'{0}' needs a tag of at least 1 that no other type derived from '{1}' has or had, as in [RaftCommand(1)]",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0104.md.");

    public static readonly DiagnosticDescriptor NeedlessTag = new(
        "RAFT0104",
        "A tag is missing, or has no base in the project",
        "'{0}' has a tag, but no abstract base with [RaftCommand]; leave the tag out, or mark the base",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0104.md.");

    public static readonly DiagnosticDescriptor ForeignBase = new(
        "RAFT0104",
        "A tag is missing, or has no base in the project",
        "'{0}' derives from '{1}' of the project '{2}', whose codec is generated there and cannot know it; declare it "
        + "in that project",
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

    public static readonly DiagnosticDescriptor LowSince = new(
        "RAFT0107",
        "A version is too low",
        "'{0}' has [Since({1})], but versions in [Since] start at 2; leave it out for a member that was there from the "
        + "start",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0107.md.");

    public static readonly DiagnosticDescriptor LowVersion = new(
        "RAFT0107",
        "A version is too low",
        "'{0}' has version {1}, but a member since version {2}; raise the version, or leave it out",
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
        "A member is not encoded",
        "'{0}' keeps a value that the codec does not encode, so it would be lost; make it a property that the codec can "
        + "get, and set or pass to the constructor, or put [NonSerialized] on its field if it need not be kept",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0110.md.");

    public static readonly DiagnosticDescriptor FileLocalCommand = new(
        "RAFT0111",
        "Generated code cannot use a type",
        "'{0}' is visible in its file only, and the codec is generated into another file; remove the modifier file",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0111.md.");

    public static readonly DiagnosticDescriptor InaccessibleCommand = new(
        "RAFT0111",
        "Generated code cannot use a type",
        "'{0}' is not accessible within '{1}', into which its codec is generated; make it internal, or nest it in '{1}'",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0111.md.");

    public static readonly DiagnosticDescriptor RefStructCommand = new(
        "RAFT0111",
        "Generated code cannot use a type",
        "'{0}' is a ref struct, and a codec cannot have a type that lives on the stack only; remove the modifier ref",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0111.md.");

    public static readonly DiagnosticDescriptor TakenName = new(
        "RAFT0112",
        "A name of the generated code is taken",
        "'{0}' uses the name '{1}', which its generated codec needs; choose another name",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0112.md.");

    public static readonly DiagnosticDescriptor OrderOfProperties = new(
        "RAFT0113",
        "The order of members depends on the order of files",
        "The properties '{1}' and '{2}' of '{0}' are declared in several files, so what is written first would depend on the "
        + "order in which the files are compiled; move them into one file",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0113.md.");

    public static readonly DiagnosticDescriptor OrderOfConstructors = new(
        "RAFT0113",
        "The order of members depends on the order of files",
        "Constructors of '{0}' with the same number of parameters are declared in several files, so what is written first would depend "
        + "on the order in which the files are compiled; move them into one file",
        Codecs,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: Page + "RAFT0113.md.");

    /// <summary>One descriptor of each rule; some have several messages.</summary>
    public static ImmutableArray<DiagnosticDescriptor> OfCodecs { get; } =
    [
        NotPartial, UnsupportedMember, DuplicateTag, MissingTag, GenericCommand, NoConstructor, LowVersion, NoDefault, UnmarkedCommand,
        LostMember, InaccessibleCommand, TakenName, OrderOfProperties,
    ];
}
