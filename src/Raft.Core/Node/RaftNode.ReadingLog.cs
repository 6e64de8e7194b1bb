using System.Runtime.CompilerServices;

namespace Raft;

/// <content>Reading the log.</content>
public sealed partial class RaftNode
{
    private const int EntriesPerStoreRead = 1_024;

    /// <summary>
    /// Reads this node's own log as it is when the enumeration starts, uncommitted entries included: those beyond
    /// <see cref="RaftStatus.CommitIndex"/> may still be replaced.
    /// </summary>
    /// <param name="firstIndex">The index of the first entry wanted; 1 or more. What was compacted away is skipped.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entries in order, one for each index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstIndex"/> is below 1.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">Too many calls wait already.</exception>
    /// <exception cref="RaftException">The rest of the log was compacted or replaced by a new leader: read again.</exception>
    public IAsyncEnumerable<LogEntry> ReadLogAsync(long firstIndex = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstIndex, 1);
        return EnumerateLogAsync(firstIndex, cancellationToken);
    }

    private async IAsyncEnumerable<LogEntry> EnumerateLogAsync(
        long firstIndex, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NodeLife life = _lives.Open() ?? throw Stopped();
        LogSlices log = await TakeSlicesAsync(life, firstIndex, cancellationToken).ConfigureAwait(false);
        long lastTerm = log.TermBeforeSlices;
        for (long index = log.FirstIndex; index < log.FirstCachedIndex;)
        {
            int count = (int)Math.Min(EntriesPerStoreRead, log.FirstCachedIndex - index);
            ReadOnlyMemory<LogEntry> stored = await ReadStoreAsync(life, index, count, cancellationToken).ConfigureAwait(false);
            if (stored.IsEmpty)
            {
                throw ReplacedWhileRead();
            }

            lastTerm = stored.Span[^1].Term;
            for (int i = 0; i < stored.Length; i++)
            {
                yield return stored.Span[i];
            }

            index += stored.Length;
        }

        if (lastTerm != log.TermBeforeSlices)
        {
            throw ReplacedWhileRead();
        }

        foreach (ReadOnlyMemory<LogEntry> slice in log.Slices)
        {
            for (int i = 0; i < slice.Length; i++)
            {
                yield return slice.Span[i];
            }
        }
    }

    private ValueTask<LogSlices> TakeSlicesAsync(NodeLife life, long firstIndex, CancellationToken cancellationToken)
    {
        CompletionSource<LogSlices> source = _sources.Slices.Rent(cancellationToken);
        ValueTask<LogSlices> slices = source.Task;
        PendingCaller<LogSlices> caller = source.Caller;
        RefuseUnlessPosted(caller, life.Parts.LogReads.PostSlices(firstIndex, caller));
        return slices;
    }

    private ValueTask<ReadOnlyMemory<LogEntry>> ReadStoreAsync(
        NodeLife life, long firstIndex, int count, CancellationToken cancellationToken)
    {
        CompletionSource<ReadOnlyMemory<LogEntry>> source = _sources.StoredEntries.Rent(cancellationToken);
        ValueTask<ReadOnlyMemory<LogEntry>> entries = source.Task;
        PendingCaller<ReadOnlyMemory<LogEntry>> caller = source.Caller;
        RefuseUnlessPosted(caller, life.Parts.LogReads.PostStoreRead(firstIndex, count, caller));
        return entries;
    }

    /// <summary>
    /// After a recovery, entries that are not committed may be out of memory as well, so a new leader can replace them during a read.
    /// </summary>
    private RaftException ReplacedWhileRead() => new(
        $"The rest of the log of node {Id} was compacted, or replaced by a new leader, during the read: read it again.");
}
