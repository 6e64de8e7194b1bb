using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.Codecs;

/// <summary>The members of a type that its codec writes: the parameters of its constructor, then the properties that can be set.</summary>
internal sealed class CommandMembers
{
    private readonly CommandScope _scope;
    private readonly List<MemberModel> _members = [];
    private readonly Dictionary<string, IParameterSymbol> _parameters = []; // by the name of their property

    public CommandMembers(CommandScope scope)
    {
        _scope = scope;
        List<IPropertySymbol> properties = Properties();
        IMethodSymbol? constructor = FindConstructor(properties);
        if (constructor is null)
        {
            _scope.Add(Rules.NoConstructor, _scope.Type, _scope.Type.Name);
            Arguments = [];
            All = [];
            return;
        }

        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            _parameters.Add(PropertyOf(parameter, properties)!.Name, parameter);
        }

        Arguments = [.. constructor.Parameters.Select(each => PropertyOf(each, properties)!.Name)];
        IPropertySymbol[] encoded = [.. properties.Where(each => _parameters.ContainsKey(each.Name) || CanSet(each))];
        foreach (IPropertySymbol property in encoded)
        {
            AddMember(property, constructor);
        }

        CheckFiles(encoded);
        new LostMembers(_scope, encoded, _parameters).Report(constructor);

        // Earlier versions wrote what they had in the order of the constructor, so what was added later comes last.
        All = [.. _members
            .OrderBy(static each => each.Since)
            .ThenBy(each => Arguments.IndexOf(each.Name) is >= 0 and int position ? position : int.MaxValue)];
    }

    /// <summary>All, in the order in which they are written.</summary>
    public ImmutableArray<MemberModel> All { get; }

    /// <summary>The members that the constructor takes.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>Those that the codec can read, of the base classes first. Not those of records themselves.</summary>
    private List<IPropertySymbol> Properties()
    {
        Dictionary<string, IPropertySymbol> found = [];
        List<string> order = [];
        foreach (IPropertySymbol property in _scope.Levels().SelectMany(static level => level.GetMembers().OfType<IPropertySymbol>()))
        {
            bool counts = property is { IsStatic: false, IsIndexer: false, Name: not "EqualityContract" }
                && IsOpen(property)
                && property.GetMethod is { } getter && _scope.CanUse(getter);
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
        IMethodSymbol[] possible = [.. _scope.Type.InstanceConstructors
            .Where(each => IsOpen(each) && TakesProperties(each, properties))
            .OrderByDescending(static each => each.Parameters.Length)];
        IMethodSymbol? other = possible.Skip(1).FirstOrDefault(each =>
            each.Parameters.Length == possible[0].Parameters.Length && TreeOf(each) != TreeOf(possible[0]));
        if (other is not null)
        {
            _scope.Add(Rules.OrderOfConstructors, other, _scope.Type.Name);
        }

        return possible.FirstOrDefault();
    }

    /// <summary>Whether each parameter takes a property of its own.</summary>
    private static bool TakesProperties(IMethodSymbol constructor, List<IPropertySymbol> properties)
    {
        HashSet<string> taken = [];
        return constructor.Parameters.All(each =>
            each.RefKind == RefKind.None && PropertyOf(each, properties) is { } property && taken.Add(property.Name));
    }

    /// <summary>The properties of one type have the order of their declarations, which is not defined between files.</summary>
    private void CheckFiles(IPropertySymbol[] encoded)
    {
        foreach (IGrouping<ISymbol?, IPropertySymbol> level in encoded
            .Where(each => !_parameters.ContainsKey(each.Name))
            .GroupBy(static each => (ISymbol?)each.ContainingType, SymbolEqualityComparer.Default))
        {
            IPropertySymbol first = level.First();
            if (level.FirstOrDefault(each => TreeOf(each) != TreeOf(first)) is { } other)
            {
                _scope.Add(Rules.OrderOfProperties, other, _scope.Type.Name, first.Name, other.Name);
            }
        }
    }

    private static SyntaxTree? TreeOf(ISymbol symbol) => symbol.Locations[0].SourceTree;

    private static bool IsOpen(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;

    private bool CanSet(IPropertySymbol property) => property.SetMethod is { } setter && _scope.CanUse(setter);

    /// <summary>With the name of the parameter, or at least with another case.</summary>
    private static IPropertySymbol? PropertyOf(IParameterSymbol parameter, List<IPropertySymbol> properties) =>
        properties.FirstOrDefault(each => IsFor(parameter, each, StringComparison.Ordinal))
        ?? properties.FirstOrDefault(each => IsFor(parameter, each, StringComparison.OrdinalIgnoreCase));

    private static bool IsFor(IParameterSymbol parameter, IPropertySymbol property, StringComparison comparison) =>
        string.Equals(parameter.Name, property.Name, comparison)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, property.Type);

    private void AddMember(IPropertySymbol property, IMethodSymbol constructor)
    {
        if (Shapes.Of(property.Type) is not { } shape)
        {
            AddUnsupported(property);
            return;
        }

        _parameters.TryGetValue(property.Name, out IParameterSymbol? parameter);
        IParameterSymbol? ofRecord = ParameterOfRecord(property);
        int since = SinceOf(property, property, parameter, ofRecord);
        string? value = MemberDefault.Of(property, shape, parameter, ofRecord);
        if (since > 1 && value is null)
        {
            _scope.Add(Rules.NoDefault, property, property.Name, since);
        }

        bool isRequired = property.IsRequired
            && constructor.GetAttributes().All(static each => each.AttributeClass?.Name != "SetsRequiredMembersAttribute");
        _members.Add(new MemberModel(
            property.Name,
            $"part{_members.Count}_{property.Name}",
            shape,
            since,
            value ?? "default",
            IsSet: parameter is null || (isRequired && CanSet(property)),
            IsForgiven: shape.Kind == ShapeKind.NullableReference && parameter is { NullableAnnotation: NullableAnnotation.NotAnnotated }));
    }

    private void AddUnsupported(IPropertySymbol property)
    {
        string member = $"{_scope.Type.Name}.{property.Name}";
        ITypeSymbol cause = CauseOf(property.Type);
        if (CommandReading.RootOf(cause) is { } root)
        {
            _scope.Add(Rules.DerivedMember, property, member, cause.ToDisplayString(), root.Name);
        }
        else if (cause is not ITypeParameterSymbol) // which another rule reports, for the whole type
        {
            _scope.Add(Rules.UnsupportedMember, property, member, property.Type.ToDisplayString(), cause.ToDisplayString());
        }
    }

    /// <summary>The type that cannot be encoded, which may be the one of the elements of a collection.</summary>
    private static ITypeSymbol CauseOf(ITypeSymbol type)
    {
        IEnumerable<ITypeSymbol> parts = type switch
        {
            IArrayTypeSymbol array when Shapes.IsMadeOfParts(array) => [array.ElementType],
            INamedTypeSymbol named when Shapes.IsMadeOfParts(named) => named.TypeArguments,
            _ => [],
        };
        return parts.FirstOrDefault(static each => Shapes.Of(each) is null) is { } part
            ? CauseOf(part)
            : type.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
    }

    /// <summary>The parameter that declares a property of a record, which may be a base record.</summary>
    private static IParameterSymbol? ParameterOfRecord(IPropertySymbol property) => !property.ContainingType.IsRecord
        ? null
        : property.ContainingType.InstanceConstructors.SelectMany(static each => each.Parameters)
            .FirstOrDefault(each => IsFor(each, property, StringComparison.Ordinal));

    /// <summary>The version that added a member: 1 if nothing says another one.</summary>
    private int SinceOf(IPropertySymbol property, params ISymbol?[] marked)
    {
        AttributeData? attribute = marked
            .Select(static each => each is null ? null : Shapes.AttributeOf(each, "SinceAttribute"))
            .FirstOrDefault(static each => each is not null);
        if (attribute?.ConstructorArguments.FirstOrDefault() is not { Kind: TypedConstantKind.Primitive, Value: int since })
        {
            return 1; // or the compiler reports the attribute
        }

        if (since < 2)
        {
            _scope.Add(Rules.LowSince, property, property.Name, since);
        }

        return since;
    }
}
