using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Raft.Benchmarks.Micro;

/// <summary>Measures the parts with BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Parts =
    [
        typeof(ModuleBenchmarks), typeof(MailboxBenchmarks), typeof(LogBenchmarks), typeof(QuorumBenchmarks), typeof(CompletionBenchmarks),
    ];

    /// <summary>Runs in this process, since building a program for each takes longer. Arguments may choose another job.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        IConfig configuration = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsDefault())
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine("artifacts", "benchmarks", "micro"));
        string[] known = arguments.Count == 0 ? ["--filter", "*"] : [.. arguments];
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromTypes(Parts).Run(known, configuration);
        return summaries.Any(static summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
