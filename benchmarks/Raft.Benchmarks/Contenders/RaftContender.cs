namespace Raft.Benchmarks.Contenders;

/// <summary>This library.</summary>
internal sealed class RaftContender : Contender<Committed>
{
    /// <summary>How many entries are kept before a snapshot, as the flow without Raft keeps them.</summary>
    public const int KeptEntries = 100_000;

    /// <summary>Enough for the kept entries with payloads of 1 KiB, which would be fewer otherwise.</summary>
    private const long SnapshotAfterBytes = 256L << 20;

    private readonly RaftGroup _group;

    public RaftContender(string name, string description, RaftGroup group)
    {
        Name = name;
        Description = description;
        _group = group;
    }

    public override string Name { get; }

    public override string Description { get; }

    public RaftGroup Group => _group;

    public static RaftContender OverChannels() =>
        new(
            "channel",
            $"Raft.Core over ChannelTransport: three nodes, log in memory, snapshots on, the last {KeptEntries:N0} entries kept",
            new RaftGroup(new ChannelNetwork(), 3, Keep));

    public static RaftContender OverMemory() =>
        new("memory", "Raft.Core over InMemoryTransport, otherwise the same", new RaftGroup(new InMemoryNetwork(), 3, Keep));

    /// <summary>Keeps as many entries as the flow without Raft.</summary>
    public static void Keep(RaftNodeOptions options)
    {
        options.TrailingEntries = KeptEntries;
        options.SnapshotAfterBytes = SnapshotAfterBytes;
    }

    public override Task StartAsync() => _group.StartAsync();

    public override Task<string?> FindDifferenceAsync() => LogComparison.FindDifferenceAsync(_group);

    public override ValueTask DisposeAsync() => _group.DisposeAsync();

    protected override ValueTask<Committed> ProposeAsync(byte[] command) => _group.Leader.ProposeAsync(new ReadOnlyMemory<byte>(command));

    protected override bool IsWorthRepeating(Exception failure) =>
        failure is (ProposalRefusedException and not CommandTooLargeException) or OutcomeUnknownException;

    protected override Task RecoverAsync() => _group.FindLeaderAsync();
}
