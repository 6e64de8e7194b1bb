namespace Raft;

/// <summary>The pools of everything that can be awaited at a node, and how many waits are open.</summary>
internal sealed class NodeSources
{
    public NodeSources(IScheduler scheduler)
    {
        Committed = new SeamSourcePool<Committed>(scheduler, Live);
        Signals = new SeamSourcePool<bool>(scheduler, Live);
        Lifecycle = new SeamSourcePool<bool>(scheduler, new LiveCount());
        Votes = new SeamSourcePool<RequestVoteReply>(scheduler, Live);
        Appends = new SeamSourcePool<AppendEntriesReply>(scheduler, Live);
        Slices = new SeamSourcePool<IReadOnlyList<ReadOnlyMemory<LogEntry>>>(scheduler, Live);
        Snapshots = new SeamSourcePool<SnapshotInfo?>(scheduler, Live);
        Resumes = new ResumeBatchPool(scheduler);
    }

    /// <summary>Callers of the node who wait for something.</summary>
    public LiveCount Live { get; } = new();

    public SeamSourcePool<Committed> Committed { get; }

    public SeamSourcePool<bool> Signals { get; }

    /// <summary>The node's own waits while it starts, runs and stops: nobody's call, and so not counted.</summary>
    public SeamSourcePool<bool> Lifecycle { get; }

    public SeamSourcePool<RequestVoteReply> Votes { get; }

    public SeamSourcePool<AppendEntriesReply> Appends { get; }

    public SeamSourcePool<IReadOnlyList<ReadOnlyMemory<LogEntry>>> Slices { get; }

    public SeamSourcePool<SnapshotInfo?> Snapshots { get; }

    public ResumeBatchPool Resumes { get; }
}
