namespace Raft;

/// <content>Reading the state machine.</content>
public sealed partial class RaftNode
{
    /// <summary>
    /// Reads the state machine: runs a query between two batches of commands, so that it never sees a half-applied one and
    /// never races <c>Apply</c>. Any node answers, whether it leads or not (section 8; dissertation, section 6.4).
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
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is null.</exception>
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
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        CompletionSource<T> source = _sources.Reads.Rent<T>(cancellationToken);
        ValueTask<T> answer = source.Task;
        PendingCaller<T> caller = source.Caller;
        Post(new Query<TMachine, T>(query, caller) { Consistency = consistency });
        return answer;
    }

    /// <summary>
    /// Waits until this node's state includes everything that was acknowledged before the call, to any caller of the cluster, and returns
    /// the index. Use it before you read elsewhere what the state machine writes, or pass the index to
    /// <see cref="ReadConsistency.AtLeast"/> on another node. It is the read index of section 8 and of the dissertation, section 6.4.
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
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<long>(cancellationToken);
        }

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

    /// <summary>Only a node that runs takes part in the cluster; one that answers handlers only has no leader to ask.</summary>
    private void Post(StateMachineQuery read)
    {
        bool asksLeader = read.Consistency.Kind is ReadKind.Linearizable or ReadKind.BoundedStaleness;
        NodeLife? life = asksLeader ? _lives.Running : _lives.Current;
        PostOutcome outcome = life?.Parts.Reads.Post(read) ?? PostOutcome.Closed;
        if (outcome != PostOutcome.Posted)
        {
            read.Refuse(outcome == PostOutcome.Closed ? Stopped() : new OverloadedException(
                $"Too many reads wait: {nameof(RaftNodeOptions.MaximumPendingReads)} is {_settings.MaximumPendingReads}, and local reads "
                + "may be twice as many. Read again when some are done, or raise the limit."));
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
