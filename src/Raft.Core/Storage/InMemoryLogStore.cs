namespace Raft;

/// <summary>
/// Keeps a node's log, term, vote and snapshots in memory, for tests, demonstrations and clusters within one process. A write is complete
/// when it returns. The content exists as long as the object, so a new <see cref="RaftNode"/> over the same store finds everything. It is
/// lost when the process ends.
/// </summary>
/// <remarks>All members may be called on any thread. Payloads are kept by reference.</remarks>
public sealed partial class InMemoryLogStore : ILogStore
{
    private readonly Lock _lock = new();
    private readonly StoredEntries _entries = new();
    private HardState _hardState;
    private long _commitIndex;
    private (string ClusterId, NodeId NodeId)? _owner;
    private Exception? _failure;
    private bool _isOpen;

    /// <summary>Always true.</summary>
    public bool IsVolatile => true;

    /// <summary>Opens the store; the first call decides which node and cluster it belongs to.</summary>
    /// <param name="clusterId">The cluster that it must belong to.</param>
    /// <param name="nodeId">The node that it must belong to.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>The content: everything that was written.</returns>
    /// <exception cref="StorageCorruptedException">It belongs to another node or cluster.</exception>
    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clusterId);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<LogState>(cancellationToken);
        }

        lock (_lock)
        {
            if (_isOpen)
            {
                return ValueTask.FromException<LogState>(new InvalidOperationException(
                    $"The log store of node '{_owner?.NodeId}' is open already. "
                    + "One store serves one node: close it first, or give each node its own store."));
            }

            if (_owner is { } owner && (owner.NodeId != nodeId || !string.Equals(owner.ClusterId, clusterId, StringComparison.Ordinal)))
            {
                return ValueTask.FromException<LogState>(new StorageCorruptedException(
                    $"The log store belongs to node '{owner.NodeId}' of cluster '{owner.ClusterId}', not to node '{nodeId}' of cluster "
                    + $"'{clusterId}'. Give each node its own store."));
            }

            _owner = (clusterId, nodeId);
            _isOpen = true;
            _failure = null;
            return ValueTask.FromResult(
                new LogState(_hardState, _entries.PreviousIndex, _entries.PreviousTerm, _entries.LastIndex, _entries.LastTerm)
                {
                    CommitIndex = _commitIndex,
                });
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumEntries, 1);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadOnlyMemory<LogEntry>>(cancellationToken);
        }

        lock (_lock)
        {
            return _isOpen
                ? ValueTask.FromResult<ReadOnlyMemory<LogEntry>>(_entries.Read(firstIndex, maximumEntries, maximumBytes))
                : ValueTask.FromException<ReadOnlyMemory<LogEntry>>(NotOpen());
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The entries would leave a gap, or replace compacted entries. The message says which. All later writes fail too.
    /// </exception>
    public ValueTask WriteAsync(LogWrite write)
    {
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            if (_entries.FindWriteProblem(write.FirstIndex, write.Entries.Length) is { } reason)
            {
                _failure = new ArgumentException(reason, nameof(write));
                return ValueTask.FromException(_failure);
            }

            _hardState = write.HardState ?? _hardState;
            _entries.Write(write.FirstIndex, write.Entries);
            _commitIndex = Math.Max(_commitIndex, write.CommitIndex);
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The log does not reach that far.</exception>
    public ValueTask CompactAsync(long throughIndex)
    {
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            if (throughIndex > _entries.LastIndex)
            {
                return ValueTask.FromException(
                    new ArgumentOutOfRangeException(nameof(throughIndex), throughIndex, $"The log ends at {_entries.LastIndex}."));
            }

            if (throughIndex > _entries.PreviousIndex)
            {
                _entries.DropThrough(throughIndex);
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public ValueTask ResetAsync(long index, long term)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(term);
        lock (_lock)
        {
            if (Unusable() is { } exception)
            {
                return ValueTask.FromException(exception);
            }

            _entries.Reset(index, term);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Closes the store, which keeps its content. If it is not open, nothing happens.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask CloseAsync()
    {
        lock (_lock)
        {
            _isOpen = false;
            return ValueTask.CompletedTask;
        }
    }

    private static InvalidOperationException NotOpen() => new("The log store is not open: open it first.");

    private Exception? Unusable() => _isOpen ? _failure : NotOpen();
}
