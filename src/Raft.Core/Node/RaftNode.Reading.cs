using System.Runtime.CompilerServices;

namespace Raft;

/// <content>Reading the state machine and the log.</content>
public sealed partial class RaftNode
{
    private const int EntriesPerStoreRead = 1_024;

    /// <summary>
    /// Reads the state machine: runs a query between two batches of commands, so that it never sees a half-applied one and
    /// never races <c>Apply</c>.
    /// </summary>
    /// <typeparam name="TMachine">The state machine's type.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="query">Quick, and without effect on the state. What it returns must not change later on: copy what the machine goes on using.</param>
    /// <param name="consistency">How up to date the answer must be.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer. Whatever the query throws comes back to the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="consistency"/> is none of the known ones.</exception>
    /// <exception cref="InvalidOperationException">The state machine is no <typeparamref name="TMachine"/>.</exception>
    /// <exception cref="NodeStoppedException">The node is not running.</exception>
    /// <exception cref="OverloadedException">Too many reads wait already.</exception>
    public ValueTask<T> ReadAsync<TMachine, T>(Func<TMachine, T> query, ReadConsistency consistency, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!Enum.IsDefined(consistency))
        {
            throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "This consistency is unknown.");
        }

        if (_settings.StateMachine is not TMachine)
        {
            throw new InvalidOperationException($"Node {Id} has the state machine {_settings.StateMachine.GetType().Name}, which is no {typeof(TMachine).Name}.");
        }

        CompletionSource<T> source = new CompletionSourcePool<T>(_settings.Scheduler, _sources.Live).Rent(cancellationToken);
        ValueTask<T> answer = source.Task;
        Query<TMachine, T> queued = new(query, source, source.Generation);
        PostOutcome outcome = Volatile.Read(ref _life)?.Post(queued) ?? PostOutcome.Closed;
        if (outcome != PostOutcome.Posted)
        {
            queued.Refuse(outcome == PostOutcome.Closed ? Stopped() : new OverloadedException(
                $"{_settings.MaximumPendingProposals} reads wait already, as many as {nameof(RaftNodeOptions.MaximumPendingProposals)} allows: read again when some are done."));
        }

        return answer;
    }

    /// <summary>
    /// Reads this node's own log as it stands when the enumeration starts, uncommitted entries included: those beyond
    /// <see cref="RaftStatus.CommitIndex"/> may still be replaced.
    /// </summary>
    /// <param name="firstIndex">The index of the first entry wanted; 1 or more. What was compacted away is skipped.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The entries in order, one for each index.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstIndex"/> is below 1.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">Too many calls wait already.</exception>
    /// <exception cref="RaftException">A new leader has replaced entries that were still to be read: read again.</exception>
    public IAsyncEnumerable<LogEntry> ReadLogAsync(long firstIndex = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstIndex, 1);
        return EnumerateLogAsync(firstIndex, cancellationToken);
    }

    private async IAsyncEnumerable<LogEntry> EnumerateLogAsync(long firstIndex, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NodeLife life = OpenedLife() ?? throw Stopped();
        CompletionSource<IReadOnlyList<ReadOnlyMemory<LogEntry>>> source = _sources.Slices.Rent(cancellationToken);
        NodeLife.ReadLogRequest request = new(firstIndex, source, source.Generation);
        IReadOnlyList<ReadOnlyMemory<LogEntry>> cached = await PostAsync(life, request, source.Task).ConfigureAwait(false);

        long index = request.FirstIndex;
        long lastTerm = request.TermBeforeSlices;
        while (index < request.FirstCachedIndex)
        {
            int count = (int)Math.Min(EntriesPerStoreRead, request.FirstCachedIndex - index);
            source = _sources.Slices.Rent(cancellationToken);
            IReadOnlyList<ReadOnlyMemory<LogEntry>> stored = await PostAsync(
                life, new NodeLife.ReadStoreRequest(index, count, source, source.Generation), source.Task).ConfigureAwait(false);
            if (stored[0].Length == 0)
            {
                throw CutMeanwhile();
            }

            lastTerm = stored[0].Span[^1].Term;
            for (int i = 0; i < stored[0].Length; i++)
            {
                yield return stored[0].Span[i];
            }

            index += stored[0].Length;
        }

        if (lastTerm != request.TermBeforeSlices)
        {
            throw CutMeanwhile();
        }

        foreach (ReadOnlyMemory<LogEntry> slice in cached)
        {
            for (int i = 0; i < slice.Length; i++)
            {
                yield return slice.Span[i];
            }
        }
    }

    /// <summary>After a recovery, entries that are not committed may be out of memory as well.</summary>
    private RaftException CutMeanwhile() =>
        new($"A new leader has replaced entries of the log of node {Id} while it was read: read it again.");

    private ValueTask<T> PostAsync<T>(NodeLife life, NodeRequest request, ValueTask<T> answer)
    {
        Refuse(request, life.Post(request));
        return answer;
    }

    private sealed class Query<TMachine, T>(Func<TMachine, T> query, CompletionSource<T> source, uint generation) : StateMachineQuery
    {
        public override void Run(IStateMachine machine)
        {
            if (!source.IsPending(generation))
            {
                return; // cancelled meanwhile
            }

            bool claimed;
            try
            {
                claimed = source.TrySucceed(generation, query((TMachine)machine));
            }
            // Whatever the user's query throws goes back to the user.
            catch (Exception exception)
            {
                claimed = source.TryFail(generation, exception);
            }

            if (claimed)
            {
                source.Resume();
            }
        }

        public override void Refuse(Exception reason)
        {
            if (source.TryFail(generation, reason))
            {
                source.Resume();
            }
        }
    }
}
