using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers.Codecs;

/// <summary>The members of a type that its codec writes: the parameters of its constructor, then the properties that can be set.</summary>
internal sealed class CommandMembers
{
    private readonly INamedTypeSymbol _type;
    private readonly List<ProblemModel> _problems;
    private readonly List<MemberModel> _members = [];

    public CommandMembers(INamedTypeSymbol type, List<ProblemModel> problems)
    {
        _type = type;
        _problems = problems;
        if (type.IsAbstract)
        {
            All = [];
            Arguments = [];
            return;
        }

        List<IPropertySymbol> properties = Properties();
        IMethodSymbol? constructor = FindConstructor(properties);
        Arguments = constructor is null ? [] : [.. constructor.Parameters.Select(each => PropertyOf(each, properties)!.Name)];
        foreach (IPropertySymbol property in properties)
        {
            IParameterSymbol? parameter = constructor?.Parameters.FirstOrDefault(each => IsFor(each, property));
            if (parameter is not null || property.SetMethod is not null)
            {
                AddMember(property, parameter);
            }
            else if (IsStored(property))
            {
                Add(Rules.LostMember, property, property.Name);
            }
        }

        // Earlier versions wrote what they had in the order of the constructor, so what was added later comes last.
        All = [.. _members
            .OrderBy(static each => each.Since)
            .ThenBy(each => Arguments.IndexOf(each.Name) is >= 0 and int position ? position : int.MaxValue)];
    }

    /// <summary>All, in the order in which they are written.</summary>
    public ImmutableArray<MemberModel> All { get; }

    /// <summary>The members that the constructor takes.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>Of the base classes first. Not those of records themselves, and not those that are computed.</summary>
    private List<IPropertySymbol> Properties()
    {
        List<INamedTypeSymbol> levels = [];
        for (INamedTypeSymbol? level = _type; level is { SpecialType: SpecialType.None }; level = level.BaseType)
        {
            levels.Insert(0, level);
        }

        Dictionary<string, IPropertySymbol> found = [];
        List<string> order = [];
        foreach (IPropertySymbol property in levels.SelectMany(static level => level.GetMembers().OfType<IPropertySymbol>()))
        {
            bool counts = property is { IsStatic: false, IsIndexer: false, GetMethod: not null, Name: not "EqualityContract" }
                && property.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;
            if (counts)
            {
                if (!found.ContainsKey(property.Name))
                {
                    order.Add(property.Name);
                }

                found[property.Name] = property; // the most derived one
            }
        }

        return [.. order.Select(name => found[name])];
    }

    private IMethodSymbol? FindConstructor(List<IPropertySymbol> properties)
    {
        IMethodSymbol? constructor = _type.InstanceConstructors
            .Where(each => each.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
                && each.Parameters.All(parameter => parameter.RefKind == RefKind.None && PropertyOf(parameter, properties) is not null))
            .OrderByDescending(static each => each.Parameters.Length)
            .FirstOrDefault();
        if (constructor is null)
        {
            Add(Rules.NoConstructor, _type, _type.Name);
        }

        return constructor;
    }

    private static IPropertySymbol? PropertyOf(IParameterSymbol parameter, List<IPropertySymbol> properties) =>
        properties.FirstOrDefault(each => IsFor(parameter, each));

    private static bool IsFor(IParameterSymbol parameter, IPropertySymbol property) =>
        string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, property.Type);

    /// <summary>Whether a property without a setter has a value of its own, and is not computed from others.</summary>
    private static bool IsStored(IPropertySymbol property) => property.ContainingType.GetMembers().OfType<IFieldSymbol>()
        .Any(each => SymbolEqualityComparer.Default.Equals(each.AssociatedSymbol, property));

    private void AddMember(IPropertySymbol property, IParameterSymbol? parameter)
    {
        if (Shapes.Of(property.Type) is not { } shape)
        {
            if (property.Type is not ITypeParameterSymbol) // which another rule reports, for the whole type
            {
                Add(Rules.UnsupportedMember, property, $"{_type.Name}.{property.Name}", property.Type.ToDisplayString());
            }

            return;
        }

        AttributeData? attribute = Shapes.AttributeOf(property, "SinceAttribute")
            ?? (parameter is null ? null : Shapes.AttributeOf(parameter, "SinceAttribute"));
        int since = attribute?.ConstructorArguments[0].Value as int? ?? 1;
        if (attribute is not null && since < 2)
        {
            Add(Rules.WrongVersion, property, $"'{property.Name}' cannot be added in version {since}: the first version that adds is 2");
        }

        string? value = DefaultOf(property, parameter);
        if (since > 1 && value is null)
        {
            Add(Rules.NoDefault, property, property.Name, since.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        string variable = char.ToLowerInvariant(property.Name[0]) + property.Name.Substring(1);
        string escaped = SyntaxFacts.GetKeywordKind(variable) != SyntaxKind.None || variable is "reader" or "version" or "value" or "writer"
            ? variable + "_"
            : variable;
        _members.Add(new MemberModel(property.Name, escaped, shape, since, value ?? "default"));
    }

    /// <summary>As code; null for a reference that must not be null.</summary>
    private static string? DefaultOf(IPropertySymbol property, IParameterSymbol? parameter)
    {
        if (parameter is { HasExplicitDefaultValue: true, ExplicitDefaultValue: { } value })
        {
            string literal = SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false);
            string suffix = value switch
            {
                float => "F",
                double => "D",
                decimal => "M",
                ulong => "UL",
                long => "L",
                uint => "U",
                _ => string.Empty,
            };
            return $"({Shapes.Code(property.Type)})({literal}{suffix})";
        }

        return property.Type.IsValueType || property.NullableAnnotation == NullableAnnotation.Annotated ? "default" : null;
    }

    private void Add(DiagnosticDescriptor rule, ISymbol at, params string[] arguments)
    {
        // A member of a base class is reported where it is, and of another project at the type.
        Location location = at.Locations[0].IsInSource ? at.Locations[0] : _type.Locations[0];
        if (at is IPropertySymbol && location.SourceTree?.GetRoot().FindNode(location.SourceSpan) is ParameterSyntax parameter)
        {
            location = parameter.Identifier.GetLocation();
        }

        _problems.Add(new ProblemModel(rule.Id, LocationModel.Of(location), new EquatableArray<string>([.. arguments])));
    }
}
