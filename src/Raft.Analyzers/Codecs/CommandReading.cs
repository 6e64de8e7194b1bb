using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.Codecs;

/// <summary>Reads the model of a type with the attribute from its symbol.</summary>
internal static class CommandReading
{
    /// <summary>Null while the attribute does not compile: the compiler reports that.</summary>
    public static CommandReport? Read(INamedTypeSymbol type, AttributeData attribute, Compilation compilation)
    {
        if (attribute.AttributeConstructor is null
            || attribute.ConstructorArguments.Any(static each => each.Kind == TypedConstantKind.Error))
        {
            return null;
        }

        INamedTypeSymbol? root = RootOf(type);
        CommandScope scope = new(type, root ?? type, compilation);
        int? tag = attribute.ConstructorArguments.FirstOrDefault().Value as int?;
        CheckTag(scope, tag);
        CommandDeclaration.Check(scope);
        (ImmutableArray<MemberModel> members, ImmutableArray<string> arguments) = ReadMembers(scope);
        int version = ReadVersion(scope, attribute, members);
        CommandModel model = new(
            Shapes.Code(type),
            Shapes.Code(scope.Owner),
            scope.Owner.Name,
            scope.HasBase ? null : CommandDeclaration.Of(type),
            attribute.NamedArguments.FirstOrDefault(static each => each.Key == "Name").Value.Value as string ?? type.Name,
            tag ?? 0,
            version,
            scope.Levels().Count(),
            type.IsAbstract,
            type.IsValueType,
            type.IsSealed,
            new EquatableArray<MemberModel>(members),
            new EquatableArray<string>(arguments),
            scope.Problems.Count > 0);
        return new CommandReport(model, LocationModel.Of(type.Locations[0]), new EquatableArray<ProblemModel>([.. scope.Problems]));
    }

    /// <summary>The abstract base with the attribute that has no other one above it.</summary>
    internal static INamedTypeSymbol? RootOf(ITypeSymbol type)
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

    private static (ImmutableArray<MemberModel> Members, ImmutableArray<string> Arguments) ReadMembers(CommandScope scope)
    {
        if (scope.Type.IsAbstract || scope.HasForeignBase || !scope.CanUseType)
        {
            return ([], []);
        }

        CommandMembers members = new(scope);
        return (members.All, members.Arguments);
    }

    private static void CheckTag(CommandScope scope, int? tag)
    {
        if (!scope.HasBase)
        {
            if (tag is not null)
            {
                scope.Add(Rules.NeedlessTag, scope.Type, scope.Type.Name);
            }
        }
        else if (scope.Type.IsAbstract)
        {
            return; // it has no values of its own
        }
        else if (scope.HasForeignBase)
        {
            scope.Add(Rules.ForeignBase, scope.Type, scope.Type.Name, scope.Owner.Name, scope.Owner.ContainingAssembly.Name);
        }
        else if (tag is null or < 1)
        {
            scope.Add(Rules.MissingTag, scope.Type, scope.Type.Name, scope.Owner.Name);
        }
    }

    private static int ReadVersion(CommandScope scope, AttributeData attribute, ImmutableArray<MemberModel> members)
    {
        int needed = members.Select(static each => each.Since).DefaultIfEmpty(1).Max();
        if (attribute.NamedArguments.FirstOrDefault(static each => each.Key == "Version").Value.Value is not int given)
        {
            return needed;
        }

        if (given < needed)
        {
            scope.Add(Rules.LowVersion, scope.Type, scope.Type.Name, given, needed);
        }

        return given;
    }
}
