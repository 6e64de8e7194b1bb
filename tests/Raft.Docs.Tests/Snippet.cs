using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Raft.Analyzers.Codecs;
using Raft.Analyzers.StateMachines;
using Raft.Analyzers.ValueTasks;

namespace Raft.Docs.Tests;

/// <summary>
/// A block of C# in a markdown file. A fence that says just <c>csharp</c> opens a complete program; one that says
/// <c>csharp context=NAME</c> opens a fragment, which is put into <c>Contexts/NAME.cs</c>.
/// </summary>
internal sealed class Snippet
{
    private const string ContextFolder = "tests/Raft.Docs.Tests/Contexts";
    private const string Placeholder = "// snippet\n";

    /// <summary>A line after which a block continues in another file.</summary>
    private const string NextFile = "// Another file:\n";

    /// <summary>The usings that the SDK adds to every console project with implicit usings.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.Parse);
    private static readonly SyntaxTree ImplicitUsingsTree = CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions);

    // The assemblies of this program: the framework, ASP.NET Core, and everything that the project references.
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly ISourceGenerator[] Generators =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "generators"), "*.dll")
            .SelectMany(path => Assembly.LoadFrom(path).GetTypes())
            .Where(type => type.IsDefined(typeof(GeneratorAttribute)))
            .Select(Activator.CreateInstance)
            .Select(generator => generator as ISourceGenerator ?? ((IIncrementalGenerator)generator!).AsSourceGenerator()),
        new CommandCodecGenerator().AsSourceGenerator(),
    ];

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
        [new StateMachineAnalyzer(), new ValueTaskAnalyzer(), new UnmarkedCommandAnalyzer()];

    private readonly CodeBlock _block;

    public Snippet(CodeBlock block) => _block = block;

    public static bool IsCSharp(CodeBlock block) => FirstWord(block.Info) is "csharp" or "cs" or "c#" or "C#";

    /// <summary>Returns the errors and warnings of the compiler, by the lines of the markdown file.</summary>
    public IReadOnlyList<string> Compile()
    {
        Compilation complete = CompileWithGenerators(out _);
        return
        [
            .. complete.GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
                .Select(diagnostic => $"{Place(diagnostic)}: {diagnostic.Id}: {diagnostic.GetMessage(null)}"),
        ];
    }

    /// <summary>Returns the ids of what the library's analyzers and generators report.</summary>
    /// <param name="header">A line above the source, such as a pragma.</param>
    /// <param name="ruleWithoutSeverity">A rule whose severity an .editorconfig sets to none.</param>
    public async Task<IReadOnlyList<string>> AnalyzeAsync(string header = "", string? ruleWithoutSeverity = null)
    {
        Compilation complete = CompileWithGenerators(out ImmutableArray<Diagnostic> ofGenerators, header);
        if (ruleWithoutSeverity is not null)
        {
            complete = complete.WithOptions(complete.Options.WithSyntaxTreeOptionsProvider(new SeverityNone(ruleWithoutSeverity)));
        }

        ImmutableArray<Diagnostic> ofAnalyzers = await complete.WithAnalyzers(Analyzers)
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. ofGenerators.Concat(ofAnalyzers).Select(static diagnostic => diagnostic.Id)];
    }

    private Compilation CompileWithGenerators(out ImmutableArray<Diagnostic> diagnostics, string header = "")
    {
        SyntaxTree[] trees = [.. Source().Split(NextFile).Select(text => CSharpSyntaxTree.ParseText(header + "\n" + text, ParseOptions))];
        bool isProgram = trees[0].GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        CSharpCompilationOptions options = new(
            isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            nullableContextOptions: NullableContextOptions.Enable);

        // Raft.Consensus.Tests makes its internals visible to this name.
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Raft.Docs.Snippets", [ImplicitUsingsTree, .. trees], References, options);
        CSharpGeneratorDriver.Create(Generators, parseOptions: ParseOptions).RunGeneratorsAndUpdateCompilation(
            compilation, out Compilation complete, out diagnostics, TestContext.Current.CancellationToken);
        return complete;
    }

    private static string FirstWord(string info) => info.Split(' ', 2)[0];

    private static string Place(Diagnostic diagnostic)
    {
        FileLinePositionSpan span = diagnostic.Location.GetMappedLineSpan();
        return span.IsValid ? $"{span.Path}({span.StartLinePosition.Line + 1})" : "somewhere";
    }

    private string Source()
    {
        string atItsLine = $"#line {_block.Line} \"{_block.File}\"\n{_block.Text}\n#line default\n";
        return ContextFile() is not { } contextFile
            ? atItsLine
            : $"#line 1 \"{contextFile}\"\n" + ContextText(contextFile).Replace(Placeholder, atItsLine, StringComparison.Ordinal);
    }

    private string? ContextFile()
    {
        string place = $"{_block.File}({_block.Line - 1})";
        switch (_block.Info.Split(' '))
        {
            case ["csharp"]:
                return null;

            case ["csharp", ['c', 'o', 'n', 't', 'e', 'x', 't', '=', .. { Length: > 0 } name]]:
                string file = $"{ContextFolder}/{name}.cs";
                Assert.True(RepositoryFiles.Exists(file), $"{place}: there is no context {file}.");
                return file;

            default:
                Assert.Fail(
                    $"{place}: the fence is \"{_block.Info}\". It must be \"csharp\" for a complete program, or \"csharp context=NAME\".");
                return null;
        }
    }

    private static string ContextText(string file)
    {
        string text = RepositoryFiles.ReadText(file).ReplaceLineEndings("\n");
        Assert.True(
            text.Split(Placeholder).Length == 2, $"{file} must have exactly one line \"{Placeholder.Trim()}\", without an indent.");
        return text;
    }
}
