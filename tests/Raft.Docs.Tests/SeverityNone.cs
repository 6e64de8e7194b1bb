using Microsoft.CodeAnalysis;

namespace Raft.Docs.Tests;

/// <summary>What an .editorconfig with dotnet_diagnostic.ID.severity = none tells the compiler, for all files.</summary>
internal sealed class SeverityNone(string id) : SyntaxTreeOptionsProvider
{
    public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.Unknown;

    public override bool TryGetDiagnosticValue(
        SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity)
    {
        severity = diagnosticId == id ? ReportDiagnostic.Suppress : ReportDiagnostic.Default;
        return diagnosticId == id;
    }

    public override bool TryGetGlobalDiagnosticValue(
        string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity)
    {
        severity = ReportDiagnostic.Default;
        return false;
    }
}
