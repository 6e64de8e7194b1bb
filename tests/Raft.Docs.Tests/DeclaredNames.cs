using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Raft.Docs.Tests;

/// <summary>The types and members that a C# file declares.</summary>
internal static class DeclaredNames
{
    private static readonly ConcurrentDictionary<string, IReadOnlySet<string>> Files = new();

    /// <summary>The names of a file's types and members. A member has two: <c>Propose</c> and <c>ConsensusModule.Propose</c>.</summary>
    public static IReadOnlySet<string> Of(string file) => Files.GetOrAdd(file, Read);

    private static HashSet<string> Read(string file)
    {
        HashSet<string> names = [];
        SyntaxNode root = CSharpSyntaxTree.ParseText(RepositoryFiles.ReadText(file)).GetRoot();
        foreach (BaseTypeDeclarationSyntax type in root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
        {
            string typeName = type.Identifier.ValueText;
            names.Add(typeName);
            foreach (string member in MembersOf(type))
            {
                names.Add(member);
                names.Add($"{typeName}.{member}");
            }
        }

        return names;
    }

    private static IEnumerable<string> MembersOf(BaseTypeDeclarationSyntax type) => type switch
    {
        EnumDeclarationSyntax values => values.Members.Select(static value => value.Identifier.ValueText),
        TypeDeclarationSyntax members => members.Members.SelectMany(NamesOf).Concat(ParametersOf(members)),
        _ => [],
    };

    /// <summary>The parameters of a record are its properties.</summary>
    private static IEnumerable<string> ParametersOf(TypeDeclarationSyntax type) =>
        type is RecordDeclarationSyntax { ParameterList: { } list }
            ? list.Parameters.Select(static parameter => parameter.Identifier.ValueText)
            : [];

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => [method.Identifier.ValueText],
        PropertyDeclarationSyntax property => [property.Identifier.ValueText],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(static variable => variable.Identifier.ValueText),
        _ => [],
    };
}
