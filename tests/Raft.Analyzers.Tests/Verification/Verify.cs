using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Raft.Analyzers.StateMachines;
using Raft.Analyzers.ValueTasks;

namespace Raft.Analyzers.Tests.Verification;

/// <summary>Runs analyzers and code fixes on source code.</summary>
internal static class Verify
{
    /// <summary>What this test program itself runs with: the framework and the library, without packages to download.</summary>
    public static readonly IReadOnlyList<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => IsUsed(Path.GetFileName(path)))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The rules of state machines report exactly what is marked.</summary>
    public static Task StateMachineAsync(string source, bool invariantGlobalization = false) =>
        RunAsync<StateMachineAnalyzer>([source], invariantGlobalization);

    /// <summary>The same with several files.</summary>
    public static Task StateMachinesAsync(params string[] sources) =>
        RunAsync<StateMachineAnalyzer>(sources, invariantGlobalization: false);

    /// <summary>The same with a project that references another one, as in an editor, where the other one has source too.</summary>
    public static async Task ReferencingAsync<TAnalyzer>(string referenced, string referencing)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        AnalyzerTest<TAnalyzer> test = new();
        Reference(test, "Other", referenced, References);
        test.TestState.Sources.Add(referencing);
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The same with the library as the other project, as in a solution that contains it.</summary>
    public static async Task LibraryAsync<TAnalyzer>(string library, string referencing)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        MetadataReference[] framework = [.. References.Where(static each =>
            !Path.GetFileName(each.Display!).StartsWith("Raft.", StringComparison.Ordinal))];
        AnalyzerTest<TAnalyzer> test = new();
        test.TestState.AdditionalReferences.Clear();
        test.TestState.AdditionalReferences.AddRange(framework);
        Reference(test, "Raft.Core", library, framework);
        test.TestState.Sources.Add(referencing);
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>No analyzer fails on code that does not compile.</summary>
    public static async Task HalfTypedAsync(string source)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "HalfTyped",
            [CSharpSyntaxTree.ParseText(source, ParseOptions)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        ImmutableArray<Diagnostic> reported = await compilation.WithAnalyzers([new StateMachineAnalyzer(), new ValueTaskAnalyzer()])
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(reported, static each => each.Id == "AD0001");
    }

    /// <summary>The rules of tasks report exactly what is marked.</summary>
    public static Task TasksAsync(string source) => RunAsync<ValueTaskAnalyzer>([source], invariantGlobalization: false);

    /// <summary>Another analyzer reports exactly what is marked.</summary>
    public static Task AnalyzerAsync<TAnalyzer>(string source)
        where TAnalyzer : DiagnosticAnalyzer, new() => RunAsync<TAnalyzer>([source], invariantGlobalization: false);

    /// <summary>A code fix is not offered for what is reported.</summary>
    public static Task NoFixAsync<TAnalyzer, TFix>(string source)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new() => FixAsync<TAnalyzer, TFix>(source, source);

    /// <summary>A code fix turns one source into the other.</summary>
    public static async Task FixAsync<TAnalyzer, TFix>(string source, string @fixed)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        FixTest<TAnalyzer, TFix> test = new() { TestCode = source, FixedCode = @fixed };
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    private static void Reference<TAnalyzer>(
        AnalyzerTest<TAnalyzer> test, string name, string source, IEnumerable<MetadataReference> references)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        ProjectState other = test.TestState.AdditionalProjects[name];
        other.Sources.Add((name + ".cs", source));
        other.AdditionalReferences.AddRange(references);
        test.TestState.AdditionalProjectReferences.Add(name);
    }

    private static async Task RunAsync<TAnalyzer>(string[] sources, bool invariantGlobalization)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        AnalyzerTest<TAnalyzer> test = new();
        foreach (string source in sources)
        {
            test.TestState.Sources.Add(source);
        }

        if (invariantGlobalization)
        {
            test.TestState.AnalyzerConfigFiles.Add(
                ("/.globalconfig", "is_global = true\nbuild_property.InvariantGlobalization = true\n"));
        }

        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Only what the sources use: all assemblies of the framework take most of the time of a test.</summary>
    private static bool IsUsed(string file) => Path.GetFileNameWithoutExtension(file)
        is "System.Private.CoreLib" or "System.Runtime" or "System.Collections" or "System.Collections.Concurrent"
            or "System.Collections.Immutable" or "System.Linq" or "System.Linq.Parallel" or "System.Memory" or "System.Net.Http"
            or "System.Net.Primitives" or "System.Console" or "System.Threading" or "System.Threading.Tasks.Parallel"
            or "System.Threading.Thread" or "System.Threading.ThreadPool" or "System.Diagnostics.DiagnosticSource"
            or "System.Diagnostics.Process" or "System.ComponentModel" or "System.ComponentModel.Primitives"
            or "System.Security.Cryptography" or "System.Runtime.InteropServices" or "System.Text.Json"
            or "Microsoft.Extensions.Logging.Abstractions" or "Raft.Core" or "Raft.Consensus" or "System.Runtime.Extensions"
            or "netstandard";

    private static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private sealed class AnalyzerTest<TAnalyzer> : CSharpAnalyzerTest<TAnalyzer, DefaultVerifier>
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        public AnalyzerTest()
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0");
            TestState.AdditionalReferences.AddRange(References);
            CompilerDiagnostics = CompilerDiagnostics.Errors;
        }

        protected override ParseOptions CreateParseOptions() => ParseOptions;
    }

    private sealed class FixTest<TAnalyzer, TFix> : CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier>
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        public FixTest()
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0");
            TestState.AdditionalReferences.AddRange(References);
            CompilerDiagnostics = CompilerDiagnostics.Errors;
        }

        protected override ParseOptions CreateParseOptions() => ParseOptions;
    }
}
