using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
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

    /// <summary>Within this process, since to build a program for each takes longer than to measure it. Arguments may choose another job.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        IConfig configuration = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsDefault())
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithArtifactsPath(Path.Combine("artifacts", "benchmarks", "micro"));
        string[] known = arguments.Count == 0 ? ["--filter", "*"] : [.. arguments];
        return BenchmarkSwitcher.FromTypes(Parts).Run(known, configuration).Any(static summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
