using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Scale;

/// <summary>One thing that is made larger and larger, while the others stay.</summary>
/// <param name="Part">What is varied: nodes, payload, proposers, retained, digests.</param>
/// <param name="Value">How much of it.</param>
/// <param name="Label">The same for people.</param>
/// <param name="Nodes">How many nodes.</param>
/// <param name="Load">The proposers and their payloads.</param>
/// <param name="RetainedEntries">How many entries are in the log, at least; null for the defaults.</param>
/// <param name="DigestInterval">After how many entries states are compared; null if they are not.</param>
internal sealed record ScalePoint(
    string Part, double Value, string Label, int Nodes, LoadCase Load, long? RetainedEntries = null, int? DigestInterval = null)
{
    private const int UsualNodes = 3;

    private static readonly LoadCase UsualLoad = new(256, 128);

    public static IReadOnlyList<ScalePoint> All { get; } =
    [
        .. ((int[])[1, 2, 3, 5, 7]).Select(static nodes => new ScalePoint("nodes", nodes, $"{nodes} nodes", nodes, UsualLoad)),

        // Few proposers, since a leader accepts at most 64 MiB of uncommitted commands.
        .. ((int[])[16, 128, 1 << 10, 16 << 10, 128 << 10, 1 << 20]).Select(static bytes =>
            new ScalePoint("payload", bytes, $"payload {Reports.Figures.Bytes(bytes)}", UsualNodes, new LoadCase(16, bytes))),
        .. ((int[])[1, 4, 16, 64, 256, 1_024, 4_096, 16_384]).Select(static proposers =>
            new ScalePoint(
                "proposers",
                proposers,
                $"{Reports.Figures.Whole(proposers)} proposers",
                UsualNodes,
                UsualLoad with { Proposers = proposers })),
        .. ((int[])[1_000, 10_000, 100_000, 1_000_000]).Select(static entries =>
            new ScalePoint("retained", entries, $"{Reports.Figures.Whole(entries)} entries kept", UsualNodes, UsualLoad, entries)),
        .. ((int[])[16, 256, 4_096]).Select(static interval =>
            new ScalePoint(
                "digests",
                interval,
                $"a digest every {Reports.Figures.Whole(interval)} entries",
                UsualNodes,
                UsualLoad,
                DigestInterval: interval)),
    ];

    /// <summary>Creates the state machine of a node; null for the usual one.</summary>
    public Func<CountingMachine>? CreateMachine => DigestInterval is null ? null : static () => new DigestingMachine();

    /// <summary>Changes the options from their defaults.</summary>
    public void Configure(RaftNodeOptions options)
    {
        options.DigestInterval = DigestInterval ?? options.DigestInterval;
        if (RetainedEntries is { } retained)
        {
            options.TrailingEntries = retained;
            options.SnapshotAfterEntries = retained;
            options.SnapshotAfterBytes = long.MaxValue / 2;
        }
    }
}
