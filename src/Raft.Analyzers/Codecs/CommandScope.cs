using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Analyzers.Codecs;

/// <summary>A type with the attribute that is being read, and the type that its codec is generated into.</summary>
internal sealed class CommandScope(INamedTypeSymbol type, INamedTypeSymbol owner, Compilation compilation)
{
    private readonly List<ProblemModel> _problems = [];

    public INamedTypeSymbol Type { get; } = type;

    /// <summary>The abstract base with the attribute, or the type itself.</summary>
    public INamedTypeSymbol Owner { get; } = owner;

    public Compilation Compilation { get; } = compilation;

    /// <summary>Whether the type has a tag, and its codec is generated into a base.</summary>
    public bool HasBase => !SymbolEqualityComparer.Default.Equals(Type, Owner);

    /// <summary>Whether the base is in another project, so that its codec cannot contain the type.</summary>
    public bool HasForeignBase => !SymbolEqualityComparer.Default.Equals(Owner.ContainingAssembly, Type.ContainingAssembly);

    public IReadOnlyList<ProblemModel> Problems => _problems;

    /// <summary>The type and its base classes, the bases first.</summary>
    public IEnumerable<INamedTypeSymbol> Levels()
    {
        Stack<INamedTypeSymbol> levels = [];
        for (INamedTypeSymbol? level = Type; level is { SpecialType: SpecialType.None }; level = level.BaseType)
        {
            levels.Push(level);
        }

        return levels;
    }

    /// <summary>Whether code within the owner can use the type.</summary>
    public bool CanUseType => Compilation.IsSymbolAccessibleWithin(Type, Owner);

    /// <summary>Whether code within the owner can use a member of the type.</summary>
    public bool CanUse(ISymbol member) => Compilation.IsSymbolAccessibleWithin(member, Owner, Type);

    public void Add(DiagnosticDescriptor rule, ISymbol at, params object[] arguments)
    {
        // A member of a base class is reported where it is, and of another project at the type.
        Location location = at.Locations[0].IsInSource ? at.Locations[0] : Type.Locations[0];
        if (at is IPropertySymbol && location.SourceTree?.GetRoot().FindNode(location.SourceSpan) is ParameterSyntax parameter)
        {
            location = parameter.Identifier.GetLocation();
        }

        _problems.Add(new ProblemModel(
            rule,
            LocationModel.Of(location),
            new EquatableArray<string>([.. arguments.Select(static each => Convert.ToString(each, CultureInfo.InvariantCulture))])));
    }
}
