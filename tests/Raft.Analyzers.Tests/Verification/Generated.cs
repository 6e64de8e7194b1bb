using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Raft.Analyzers.Codecs;

namespace Raft.Analyzers.Tests.Verification;

/// <summary>Runs the generator of codecs on source code.</summary>
internal static class Generated
{
    private const string Usings = """
        using System;
        using System.Buffers;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using Raft;

        """;

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary,
        generalDiagnosticOption: ReportDiagnostic.Error,
        nullableContextOptions: NullableContextOptions.Enable);

    public static CSharpCompilation Compile(params string[] files) => CSharpCompilation.Create(
        "Commands", files.Select((text, number) => Parse(text, $"Commands{number}.cs")), Verify.References, Options);

    public static SyntaxTree Parse(string text, string path) =>
        CSharpSyntaxTree.ParseText(Usings + text, path: path, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Returns what the generator reports, and the program with what it has generated.</summary>
    public static (ImmutableArray<Diagnostic> Reported, Compilation Complete) Run(CSharpCompilation compilation)
    {
        CSharpGeneratorDriver.Create(new CommandCodecGenerator()).RunGeneratorsAndUpdateCompilation(
            compilation, out Compilation complete, out ImmutableArray<Diagnostic> reported, TestContext.Current.CancellationToken);
        return (reported, complete);
    }

    /// <summary>Returns all errors and warnings: of the generator, and of the compiler.</summary>
    public static IEnumerable<string> Problems(CSharpCompilation compilation)
    {
        (ImmutableArray<Diagnostic> reported, Compilation complete) = Run(compilation);
        return reported.Concat(complete.GetDiagnostics(TestContext.Current.CancellationToken))
            .Where(static each => each.Severity >= DiagnosticSeverity.Warning)
            .Select(static each => each.ToString());
    }

    /// <summary>Compiles a program, with warnings as errors, and loads it.</summary>
    public static Assembly Load(CSharpCompilation compilation)
    {
        (ImmutableArray<Diagnostic> reported, Compilation complete) = Run(compilation);
        Assert.Empty(reported);
        using MemoryStream assembly = new();
        Assert.Empty(complete.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken).Diagnostics
            .Where(static each => each.Severity >= DiagnosticSeverity.Warning));
        assembly.Position = 0;
        return new AssemblyLoadContext("Commands", isCollectible: true).LoadFromStream(assembly);
    }
}
