using Raft.Consensus;

namespace Raft;

/// <summary>Reads of the node's own log by users: what is in memory as slices, older entries from the log store.</summary>
internal sealed class LogReads(NodeContext context, LogStoreReader reader)
{
    private readonly List<StoreRead> _open = []; // bounded by MaximumWaitingMessages, cancelled ones included

    /// <summary>How many reads of the log store are under way.</summary>
    public int Count => _open.Count;

    /// <summary>Takes the log as it is now.</summary>
    public PostOutcome PostSlices(long firstIndex, PendingCaller<LogSlices> caller) =>
        context.Post(new SlicesRequest(context, firstIndex, caller));

    /// <summary>Reads entries that are no longer in memory.</summary>
    public PostOutcome PostStoreRead(long firstIndex, int count, PendingCaller<ReadOnlyMemory<LogEntry>> caller) =>
        context.Post(new StoreRead(this, firstIndex, count, caller));

    /// <summary>The life ends: fails all open reads.</summary>
    public void End(Exception reason)
    {
        foreach (StoreRead read in _open)
        {
            read.Refuse(reason);
        }

        _open.Clear();
    }

    private void Begin(StoreRead read)
    {
        if (_open.Count >= context.Settings.MaximumWaitingMessages)
        {
            context.Answers.Fail(read.Caller, CallLimit.Exceeded(context.Settings));
            return;
        }

        _open.Add(read);
        _ = ReadAsync(read);
    }

    private async Task ReadAsync(StoreRead read)
    {
        ReadOnlyMemory<LogEntry>? result = await reader
            .ReadAsync(read.FirstIndex, read.Count, context.Settings.Consensus.MaximumCachedBytes).ConfigureAwait(false);
        if (result is { } entries) // a read that failed ends the node, which fails all open reads
        {
            context.Report(() =>
            {
                _open.Remove(read);
                context.Answers.Succeed(read.Caller, entries);
            });
        }
    }

    private sealed class SlicesRequest(NodeContext context, long firstIndex, PendingCaller<LogSlices> caller) : NodeRequest
    {
        public override void Execute() => context.Answers.Succeed(caller, LogSlices.Of(context.Module, firstIndex));

        public override void Refuse(Exception reason) => caller.Fail(reason);
    }

    private sealed class StoreRead(LogReads reads, long firstIndex, int count, PendingCaller<ReadOnlyMemory<LogEntry>> caller) : NodeRequest
    {
        public long FirstIndex => firstIndex;

        public int Count => count;

        public PendingCaller<ReadOnlyMemory<LogEntry>> Caller => caller;

        public override void Execute() => reads.Begin(this);

        public override void Refuse(Exception reason) => caller.Fail(reason);
    }
}

/// <summary>The log from an index on, as it was at one moment.</summary>
/// <param name="FirstIndex">The first index that the log holds, or the requested one if that is larger.</param>
/// <param name="FirstCachedIndex">The first index that the slices cover. Entries before it must be read from the log store.</param>
/// <param name="TermBeforeSlices">
/// The term of the entry before the slices. If it is the same later, so is everything before it (Log Matching, section 5.3).
/// </param>
/// <param name="Slices">The entries in memory.</param>
internal sealed record LogSlices(
    long FirstIndex, long FirstCachedIndex, long TermBeforeSlices, IReadOnlyList<ReadOnlyMemory<LogEntry>> Slices)
{
    public static LogSlices Of(ConsensusModule module, long firstIndex)
    {
        long first = Math.Max(firstIndex, module.FirstIndex);
        long firstCached = Math.Max(firstIndex, module.FirstCachedIndex);
        List<ReadOnlyMemory<LogEntry>> slices = [];
        for (long index = firstCached; index <= module.LastIndex;)
        {
            ReadOnlyMemory<LogEntry> slice = module.CachedEntries(index, module.LastIndex, int.MaxValue);
            slices.Add(slice);
            index += slice.Length;
        }

        return new LogSlices(first, firstCached, first < firstCached ? module.TermAt(firstCached - 1) : 0, slices);
    }
}
