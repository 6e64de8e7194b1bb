using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers.Codecs;

/// <summary>Reads the model of a type with the attribute from its symbol.</summary>
internal sealed class CommandReading
{
    private readonly INamedTypeSymbol _type;
    private readonly AttributeData _attribute;
    private readonly LocationModel _location;
    private readonly List<ProblemModel> _problems = [];

    private CommandReading(INamedTypeSymbol type, AttributeData attribute)
    {
        _type = type;
        _attribute = attribute;
        _location = LocationModel.Of(type.Locations[0]);
    }

    public static CommandModel Read(INamedTypeSymbol type, AttributeData attribute) => new CommandReading(type, attribute).Read();

    private CommandModel Read()
    {
        INamedTypeSymbol? root = RootOf(_type);
        int tag = _attribute.ConstructorArguments.Length == 1 ? (int)_attribute.ConstructorArguments[0].Value! : 0;
        CheckTag(root, tag);
        CheckDeclarations();
        CommandMembers members = new(_type, _problems);
        int version = CheckVersion(members.All);
        string? name = _attribute.NamedArguments.FirstOrDefault(static each => each.Key == "Name").Value.Value as string;
        INamedTypeSymbol top = root ?? _type;
        return new CommandModel(
            Shapes.Code(_type),
            Shapes.Code(top),
            top.Name,
            root is null ? Declare() : null,
            _type.ContainingType is { } outer && !SymbolEqualityComparer.Default.Equals(outer, top) ? outer.Name + _type.Name : _type.Name,
            name ?? _type.Name,
            tag,
            version,
            Depth(_type),
            _type.IsAbstract,
            _type.IsValueType,
            new EquatableArray<MemberModel>(members.All),
            new EquatableArray<string>(members.Arguments),
            _location,
            new EquatableArray<ProblemModel>([.. _problems]));
    }

    /// <summary>The abstract base with the attribute that has no other one above it.</summary>
    internal static INamedTypeSymbol? RootOf(INamedTypeSymbol type)
    {
        INamedTypeSymbol? root = null;
        for (INamedTypeSymbol? level = type.BaseType; level is not null; level = level.BaseType)
        {
            if (level.IsAbstract && Shapes.AttributeOf(level, "RaftCommandAttribute") is not null)
            {
                root = level;
            }
        }

        return root;
    }

    private static int Depth(INamedTypeSymbol type)
    {
        int depth = 0;
        for (INamedTypeSymbol? level = type.BaseType; level is not null; level = level.BaseType)
        {
            depth++;
        }

        return depth;
    }

    private void CheckTag(INamedTypeSymbol? root, int tag)
    {
        if (root is null ? _attribute.ConstructorArguments.Length > 0 : tag < 1 && !_type.IsAbstract)
        {
            string what = root is null
                ? "has a tag, but no abstract base with [RaftCommand]: leave the tag out, or mark the base"
                : $"needs a tag of at least 1 that no other type derived from '{root.Name}' has or had, as in [RaftCommand(1)]";
            Add(Rules.WrongTag, _location, _type.Name, what);
        }
    }

    private void CheckDeclarations()
    {
        for (INamedTypeSymbol? level = _type; level is not null; level = level.ContainingType)
        {
            if (level.IsGenericType)
            {
                Add(Rules.GenericCommand, _location, _type.Name);
                return;
            }

            bool isPartial = level.DeclaringSyntaxReferences.Any(static each =>
                each.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));
            if (!isPartial && RootOf(_type) is null)
            {
                Add(Rules.NotPartial, LocationModel.Of(level.Locations[0]), level.Name);
            }
        }
    }

    private int CheckVersion(ImmutableArray<MemberModel> members)
    {
        int needed = members.Select(static each => each.Since).DefaultIfEmpty(1).Max();
        if (_attribute.NamedArguments.FirstOrDefault(static each => each.Key == "Version").Value.Value is not int given)
        {
            return needed;
        }

        if (given < needed)
        {
            Add(
                Rules.WrongVersion, _location,
                $"'{_type.Name}' has version {given}, but a member since version {needed}: raise the version, or leave it out");
        }

        return given;
    }

    private DeclarationModel Declare()
    {
        List<string> headers = [];
        for (INamedTypeSymbol? level = _type; level is not null; level = level.ContainingType)
        {
            string kind = (level.IsRecord, level.IsValueType) switch
            {
                (true, true) => "record struct",
                (true, false) => "record",
                (false, true) => "struct",
                _ => level.TypeKind == TypeKind.Interface ? "interface" : "class",
            };
            headers.Insert(0, $"partial {kind} {level.Name}");
        }

        bool hides = false;
        for (INamedTypeSymbol? level = _type.BaseType; level is not null; level = level.BaseType)
        {
            hides |= Shapes.AttributeOf(level, "RaftCommandAttribute") is not null;
        }

        string space = _type.ContainingNamespace.IsGlobalNamespace ? string.Empty : _type.ContainingNamespace.ToDisplayString();
        return new DeclarationModel(space, new EquatableArray<string>([.. headers]), hides, "public");
    }

    private void Add(DiagnosticDescriptor rule, LocationModel location, params string[] arguments) =>
        _problems.Add(new ProblemModel(rule.Id, location, new EquatableArray<string>([.. arguments])));
}
