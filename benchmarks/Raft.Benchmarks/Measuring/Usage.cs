namespace Raft.Benchmarks.Measuring;

/// <summary>What the process has used so far: the difference of two is what happened between them.</summary>
internal readonly record struct Usage(TimeSpan Cpu, long AllocatedBytes, int Gen0, int Gen1, int Gen2, TimeSpan GcPauses)
{
    public static Usage Now() => new(
        Environment.CpuUsage.TotalTime,
        GC.GetTotalAllocatedBytes(precise: true),
        GC.CollectionCount(0),
        GC.CollectionCount(1),
        GC.CollectionCount(2),
        GC.GetTotalPauseDuration());

    public Usage Since(in Usage earlier) => new(
        Cpu - earlier.Cpu,
        AllocatedBytes - earlier.AllocatedBytes,
        Gen0 - earlier.Gen0,
        Gen1 - earlier.Gen1,
        Gen2 - earlier.Gen2,
        GcPauses - earlier.GcPauses);
}
