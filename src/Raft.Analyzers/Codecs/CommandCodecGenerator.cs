using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Raft.Analyzers.Codecs;

/// <summary>Generates the codecs of types with [RaftCommand].</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CommandCodecGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ImmutableArray<CommandModel>> commands = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Raft.RaftCommandAttribute",
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, _) => CommandReading.Read((INamedTypeSymbol)found.TargetSymbol, found.Attributes[0]))
            .Collect();
        IncrementalValuesProvider<Family> families = commands.SelectMany(static (all, _) => Family.Of(all));
        context.RegisterSourceOutput(families, static (output, family) => Generate(output, family));
    }

    private static void Generate(SourceProductionContext output, Family family)
    {
        ImmutableArray<Diagnostic> problems = [.. family.Problems()];
        foreach (Diagnostic problem in problems)
        {
            output.ReportDiagnostic(problem);
        }

        if (problems.IsEmpty && family.Root is { Declaration: not null } root)
        {
            string source = CodecWriting.Generate(root, [.. family.Derived.OrderBy(static each => each.Tag)]);
            string file = root.Type.Replace("global::", string.Empty) + ".Codec.g.cs";
            output.AddSource(file, SourceText.From(source, Encoding.UTF8));
        }
    }

    /// <summary>A type with a codec, and the types that the codec encodes.</summary>
    private sealed record Family(CommandModel? Root, EquatableArray<CommandModel> Derived)
    {
        public static IEnumerable<Family> Of(ImmutableArray<CommandModel> all) => all
            .GroupBy(static each => each.Root)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new Family(
                group.FirstOrDefault(each => each.Type == group.Key),
                new EquatableArray<CommandModel>([.. group.Where(each => each.Type != group.Key && !each.IsAbstract)])));

        public IEnumerable<Diagnostic> Problems()
        {
            foreach (ProblemModel problem in Derived.Concat(Root is null ? [] : [Root]).SelectMany(static each => each.Problems))
            {
                DiagnosticDescriptor rule = Rules.OfCodecs.Single(each => each.Id == problem.Id);
                yield return Diagnostic.Create(rule, problem.Location.ToLocation(), [.. problem.Arguments]);
            }

            Dictionary<int, CommandModel> byTag = [];
            foreach (CommandModel command in Derived.Where(static each => each.Tag > 0))
            {
                if (byTag.TryGetValue(command.Tag, out CommandModel other))
                {
                    yield return Diagnostic.Create(
                        Rules.DuplicateTag, command.Location.ToLocation(), command.Name, command.Tag, other.Name);
                }
                else
                {
                    byTag.Add(command.Tag, command);
                }
            }
        }
    }
}
