using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>All findings of a project. They are computed by the first file that asks; others wait for it.</summary>
internal sealed class ProjectAnalysis(Compilation compilation, KnownTypes known, bool isInvariant)
{
    private readonly object _lock = new();
    private Dictionary<SyntaxTree, List<Diagnostic>>? _byFile;

    public IReadOnlyList<Diagnostic> In(SyntaxTree file, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Not a Lazy, which would keep the cancellation of the first caller.
            _byFile ??= Analyze(cancellationToken);
        }

        return _byFile.TryGetValue(file, out List<Diagnostic> found) ? found : [];
    }

    private Dictionary<SyntaxTree, List<Diagnostic>> Analyze(CancellationToken cancellationToken)
    {
        Dictionary<SyntaxTree, List<Diagnostic>> byFile = [];
        HashSet<(DiagnosticDescriptor, Location)> reported = [];
        ImmutableArray<Machine> machines = Machine.FindAll(compilation, known, cancellationToken);
        if (machines.IsEmpty)
        {
            return byFile;
        }

        MethodReader methods = new(compilation, known, isInvariant, cancellationToken);
        foreach (Diagnostic diagnostic in machines.SelectMany(machine => new MachineAnalysis(machine, methods, cancellationToken).Run()))
        {
            // Of several machines that call the same method, the first one is named.
            if (diagnostic.Location.SourceTree is { } file && reported.Add((diagnostic.Descriptor, diagnostic.Location)))
            {
                if (!byFile.TryGetValue(file, out List<Diagnostic> found))
                {
                    byFile.Add(file, found = []);
                }

                found.Add(diagnostic);
            }
        }

        return byFile;
    }
}
