using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Disk;

/// <summary>A part of the report.</summary>
/// <param name="Title">What it shows, in a sentence or two.</param>
/// <param name="Table">The figures.</param>
internal sealed record DiskTable(string Title, TextTable Table);
