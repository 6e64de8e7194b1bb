using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Raft.Benchmarks;

/// <summary>What the numbers were measured on: without it they mean nothing.</summary>
internal static class Machine
{
    private const string CpuInformation = "/proc/cpuinfo";

    /// <summary>Describes processor, runtime and garbage collector, one line each.</summary>
    public static IReadOnlyList<string> Describe() =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"Processor: {ProcessorModel()}, {Environment.ProcessorCount} cores, {Memory >> 30} GiB of memory"),
        $"Runtime: {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
        $"Garbage collector: {(GCSettings.IsServerGC ? "server" : "workstation")}, {Concurrency}",
    ];

    private static long Memory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string Concurrency => GCSettings.LatencyMode == GCLatencyMode.Batch ? "not concurrent" : "concurrent";

    private static string ProcessorModel()
    {
        string? line = File.Exists(CpuInformation)
            ? File.ReadLines(CpuInformation).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? "unknown model";
    }
}
