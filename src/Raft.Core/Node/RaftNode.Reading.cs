using System.Runtime.CompilerServices;

namespace Raft;

/// <content>Reading the state machine and the log.</content>
public sealed partial class RaftNode
{
    private const int EntriesPerStoreRead = 1_024;

    /// <summary>
    /// Reads the state machine: runs a query between two batches of commands, so that it never sees a half-applied one and
    /// never races <c>Apply</c>. Any node answers, whether it leads or not.
    /// </summary>
    /// <typeparam name="TMachine">The state machine's type.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="query">
    /// Must be quick and must not change the state. What it returns must not change later: copy what the state machine continues to use.
    /// </param>
    /// <param name="consistency">
    /// How up to date the answer must be. By default it includes everything that was acknowledged before the call, to any caller of the
    /// cluster.
    /// </param>
    /// <param name="cancellationToken">
    /// Stops waiting. Linearizable and bounded reads wait for a leader that this node can reach, and <see cref="ReadConsistency.AtLeast"/>
    /// for its index: a read is never answered with an older state than it asks for.
    /// </param>
    /// <returns>The answer. An exception of the query is thrown to the caller.</returns>
    /// <exception cref="InvalidOperationException">The state machine is not a <typeparamref name="TMachine"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="NodeStoppedException">
    /// The node is not running, or has stopped before it could answer. <see cref="ReadConsistency.Local"/> and
    /// <see cref="ReadConsistency.AtLeast"/> also work before <see cref="RunAsync"/>, once <see cref="RequestVoteAsync"/>,
    /// <see cref="AppendEntriesAsync"/> or <see cref="ReadLogAsync"/> has opened the stores.
    /// </exception>
    /// <exception cref="OverloadedException">
    /// As many reads wait as <see cref="RaftNodeOptions.MaximumPendingReads"/> allows.
    /// </exception>
    public ValueTask<T> ReadAsync<TMachine, T>(
        Func<TMachine, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ThrowIfNotStateMachine<TMachine>();
        CompletionSource<T> source = _sources.Reads.Rent<T>(cancellationToken);
        ValueTask<T> answer = source.Task;
        PendingCaller<T> caller = source.Caller;
        Post(new Query<TMachine, T>(query, caller) { Consistency = consistency });
        return answer;
    }

    /// <summary>
    /// Waits until this node's state includes everything that was acknowledged before the call, to any caller of the cluster, and returns
    /// the index. Use it before you read elsewhere what the state machine writes, or pass the index to
    /// <see cref="ReadConsistency.AtLeast"/> on another node.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting. It waits as long as there is no leader.</param>
    /// <returns>The index that the state includes.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="NodeStoppedException">The node is not running, or has stopped before it could answer.</exception>
    /// <exception cref="OverloadedException">
    /// As many reads wait as <see cref="RaftNodeOptions.MaximumPendingReads"/> allows.
    /// </exception>
    public ValueTask<long> ReadBarrierAsync(CancellationToken cancellationToken = default)
    {
        CompletionSource<long> source = _sources.Reads.Rent<long>(cancellationToken);
        ValueTask<long> answer = source.Task;
        PendingCaller<long> caller = source.Caller;
        Post(new BarrierQuery(caller));
        return answer;
    }

    /// <summary>Creates a reader of the node's state machine.</summary>
    /// <typeparam name="TMachine">The state machine's type.</typeparam>
    /// <returns>The reader; keep it, it is safe to share.</returns>
    /// <exception cref="InvalidOperationException">The state machine is not a <typeparamref name="TMachine"/>.</exception>
    public IReader<TMachine> CreateReader<TMachine>()
    {
        ThrowIfNotStateMachine<TMachine>();
        return new NodeReader<TMachine>(this);
    }

    /// <summary>
    /// Reads this node's own log as it is when the enumeration starts, uncommitted entries included: those beyond
    /// <see cref="RaftStatus.CommitIndex"/> may still be replaced.
    /// </summary>
    /// <param name="firstIndex">The index of the first entry wanted; 1 or more. What was compacted away is skipped.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entries in order, one for each index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstIndex"/> is below 1.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
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

    /// <summary>Only a node that runs takes part in the cluster; one that answers handlers only has no leader to ask.</summary>
    private void Post(StateMachineQuery read)
    {
        bool asksLeader = read.Consistency.Kind is ReadKind.Linearizable or ReadKind.BoundedStaleness;
        NodeLife? life = asksLeader ? _lives.Running : _lives.Current;
        PostOutcome outcome = life?.Parts.Reads.Post(read) ?? PostOutcome.Closed;
        if (outcome != PostOutcome.Posted)
        {
            read.Refuse(outcome == PostOutcome.Closed ? Stopped() : new OverloadedException(
                $"{_settings.MaximumPendingReads} reads wait already, as many as {nameof(RaftNodeOptions.MaximumPendingReads)} allows: "
                + "read again when some are done."));
        }
    }

    private void ThrowIfNotStateMachine<TMachine>()
    {
        if (_settings.StateMachine is not TMachine)
        {
            throw new InvalidOperationException(
                $"Node {Id} has the state machine {_settings.StateMachine.GetType().Name}, which is not a {typeof(TMachine).Name}: "
                + "read it as the type that it has.");
        }
    }

    private sealed class NodeReader<TMachine>(RaftNode node) : IReader<TMachine>
    {
        public ValueTask<T> ReadAsync<T>(
            Func<TMachine, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default) =>
            node.ReadAsync(query, consistency, cancellationToken);
    }
}
