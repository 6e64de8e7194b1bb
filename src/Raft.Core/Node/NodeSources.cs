namespace Raft;

/// <summary>The pools of everything that callers can await at a node, and how many waits are open.</summary>
internal sealed class NodeSources
{
    public NodeSources(IScheduler scheduler)
    {
        Committed = new CompletionSourcePool<Committed>(scheduler, Live);
        Signals = new CompletionSourcePool<bool>(scheduler, Live);
        Lifecycle = new CompletionSourcePool<bool>(scheduler, new LiveCount());
        Votes = new CompletionSourcePool<RequestVoteReply>(scheduler, Live);
        Appends = new CompletionSourcePool<AppendEntriesReply>(scheduler, Live);
        Slices = new CompletionSourcePool<LogSlices>(scheduler, Live);
        StoredEntries = new CompletionSourcePool<ReadOnlyMemory<LogEntry>>(scheduler, Live);
        Snapshots = new CompletionSourcePool<SnapshotInfo?>(scheduler, Live);
        Transfers = new CompletionSourcePool<LeadershipTransferResult>(scheduler, Live);
        Reads = new ReadSources(scheduler, Live);
        Resumes = new ResumeBatchPool(scheduler);
    }

    /// <summary>How many callers of the node wait for something.</summary>
    public LiveCount Live { get; } = new();

    public CompletionSourcePool<Committed> Committed { get; }

    public CompletionSourcePool<bool> Signals { get; }

    /// <summary>The node's own waits while it starts, runs and stops: not a user's call, and so not counted.</summary>
    public CompletionSourcePool<bool> Lifecycle { get; }

    public CompletionSourcePool<RequestVoteReply> Votes { get; }

    public CompletionSourcePool<AppendEntriesReply> Appends { get; }

    public CompletionSourcePool<LogSlices> Slices { get; }

    public CompletionSourcePool<ReadOnlyMemory<LogEntry>> StoredEntries { get; }

    public CompletionSourcePool<SnapshotInfo?> Snapshots { get; }

    public CompletionSourcePool<LeadershipTransferResult> Transfers { get; }

    public ReadSources Reads { get; }

    public ResumeBatchPool Resumes { get; }
}
