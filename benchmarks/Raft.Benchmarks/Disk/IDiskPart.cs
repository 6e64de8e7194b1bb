namespace Raft.Benchmarks.Disk;

/// <summary>A part of the benchmark.</summary>
internal interface IDiskPart
{
    /// <summary>What <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>How many steps of progress it takes.</summary>
    int Steps { get; }

    /// <summary>Measures.</summary>
    Task<IReadOnlyList<DiskTable>> RunAsync(Progress progress);
}
