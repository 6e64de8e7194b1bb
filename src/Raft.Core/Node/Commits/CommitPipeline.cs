namespace Raft;

/// <summary>
/// Hands committed entries to the state machine, in the order of the log. Only what is durable on this node is handed over: a durable
/// state machine must never be ahead of its own node's log, which a crash may cut back to what is durable.
/// </summary>
internal sealed class CommitPipeline
{
    private const int MaximumEntriesPerBatch = 1_024;

    private readonly NodeContext _context;
    private readonly PendingProposals _pending;
    private readonly SnapshotPolicy _snapshotPolicy;
    private readonly LogStoreReader _reader;
    private readonly StatusBoard _board;
    private readonly Applier _applier;
    private readonly ApplierWatch _watch;
    private readonly AppliedDigests? _digests;
    private long _handedOver;
    private bool _isLoading;
    private volatile bool _wakesWhenApplied;
    private (long FirstIndex, ReadOnlyMemory<LogEntry> Entries) _loaded;
    private SnapshotRestoration? _restoration;

    public CommitPipeline(
        NodeContext context,
        PendingProposals pending,
        SnapshotPolicy snapshotPolicy,
        LogStoreReader reader,
        StatusBoard board,
        long appliedBefore,
        AppliedDigests? digests = null)
    {
        _context = context;
        _pending = pending;
        _snapshotPolicy = snapshotPolicy;
        _reader = reader;
        _board = board;
        _digests = digests;
        _applier = new Applier(context.Settings, context.Metrics, OnApplied, context.Fail, context.Wake, context.Sources.Resumes)
        {
            AppliedIndex = appliedBefore,
            Digests = digests,
        };
        _watch = new ApplierWatch(context, _applier);
    }

    /// <summary>Applies what is handed over, and runs reads between two batches.</summary>
    public Applier Applier => _applier;

    /// <summary>Whether the state machine hangs.</summary>
    public bool Hangs => _watch.Hangs;

    /// <summary>Watches the state machine.</summary>
    public ApplierWatch Watch => _watch;

    /// <summary>Whether all that the log holds is committed.</summary>
    public bool HasCommittedTheLog => _context.Module.CommitIndex >= _context.Module.LastIndex;

    /// <summary>Whether all that can be applied now is applied, and nothing is read.</summary>
    public bool IsDone => _handedOver >= Limit && _applier.IsIdle;

    /// <summary>
    /// Whether all that is committed is applied, which may wait for this node's own disk, and its callers are answered. Reads do not count:
    /// they may never end to arrive.
    /// </summary>
    public bool HasAnsweredAll => _handedOver >= _context.Module.CommitIndex && _applier.HasAppliedAll();

    private long Limit => Math.Min(_context.Module.CommitIndex, _context.Module.DurableIndex);

    /// <summary>Continues after what the state machine contains already. Before the first pass.</summary>
    public void StartAfter(long appliedIndex, DateTimeOffset appliedTime)
    {
        _handedOver = appliedIndex;
        _applier.StartAfter(appliedIndex, appliedTime);
    }

    /// <summary>Sets whether the worker is to run whenever something was applied.</summary>
    public void WakeWhenApplied(bool wakes)
    {
        bool begins = wakes && !_wakesWhenApplied;
        _wakesWhenApplied = wakes;
        if (begins)
        {
            _context.Wake(); // something may have been applied since this pass looked
        }
    }

    /// <summary>Hands over reads, which run once an index is applied.</summary>
    public void PostReads(List<StateMachineQuery> reads, long index)
    {
        _applier.Post(reads, index);
        _watch.OnPosted();
    }

    /// <summary>Hands over what has been committed, as far as the state machine has room for it.</summary>
    public void HandOver()
    {
        if (!HandOverRestoration())
        {
            return;
        }

        long limit = Limit;
        while (_handedOver < limit && !_isLoading)
        {
            long first = _handedOver + 1;
            long end = _digests is null ? limit : Math.Min(limit, _digests.EndOfBatch(first)); // a digest belongs to an exact index
            if (!TryFind(first, end, out ReadOnlyMemory<LogEntry> entries))
            {
                _isLoading = true;
                _ = LoadAsync(first, (int)Math.Min(MaximumEntriesPerBatch, end - first + 1));
                return;
            }

            if (_applier.TryRent() is not { } batch)
            {
                return; // the applier wakes the worker when there is room
            }

            batch.Fill(first, entries, _pending, _context.Sources.Resumes.Rent());
            _handedOver = batch.LastIndex;
            _snapshotPolicy.OnHandedOver(batch.LastIndex, batch.Bytes);
            _loaded = default;
            _applier.Post(batch);
            _watch.OnPosted();
        }
    }

    /// <summary>
    /// Has the state machine restored from a snapshot, and continues after it: nothing before its end is handed over any more.
    /// </summary>
    public void Restore(SnapshotRestoration restoration)
    {
        _handedOver = restoration.LastIncludedIndex;
        _loaded = default;
        _restoration?.Abandon();
        _restoration = restoration;
    }

    /// <summary>The life ends: what the state machine is working on is abandoned.</summary>
    /// <param name="unknown">The error for callers whose command may be applied or not, by index and term.</param>
    /// <param name="refused">The error for reads.</param>
    public void End(Func<long, long, Exception> unknown, Exception refused)
    {
        _applier.Close(unknown, refused);
        _restoration?.Abandon();
        _restoration = null;
    }

    private bool TryFind(long first, long limit, out ReadOnlyMemory<LogEntry> entries)
    {
        if (first >= _context.Module.FirstCachedIndex)
        {
            entries = _context.Module.CachedEntries(first, limit, MaximumEntriesPerBatch);
            return true;
        }

        entries = _loaded.Entries;
        return !entries.IsEmpty && _loaded.FirstIndex == first;
    }

    private async Task LoadAsync(long firstIndex, int count)
    {
        if (await _reader.ReadAsync(firstIndex, count, _context.Settings.Consensus.MaximumCachedBytes).ConfigureAwait(false) is { } entries)
        {
            _context.Report(() => OnLoaded(firstIndex, entries));
        }
    }

    private void OnLoaded(long firstIndex, ReadOnlyMemory<LogEntry> entries)
    {
        _isLoading = false;
        if (firstIndex <= _handedOver)
        {
            return; // a snapshot was installed in the meantime
        }

        if (entries.IsEmpty)
        {
            throw new StorageCorruptedException(
                $"The log store no longer has entry {firstIndex}, which is committed and not applied yet. Restore the log store from a "
                + "copy, or start the node with empty stores while the others run: its leader sends it everything.");
        }

        _loaded = (firstIndex, entries);
    }

    /// <summary>Like an entry, a snapshot is handed over only when this node's own log durably begins where the snapshot ends.</summary>
    /// <returns>Whether the state machine contains what was handed over, or will before it is given anything more.</returns>
    private bool HandOverRestoration()
    {
        if (_restoration is not { } restoration)
        {
            return true;
        }

        if (_context.Module.DurableIndex < restoration.LastIncludedIndex)
        {
            return false;
        }

        _restoration = null;
        _applier.Post(restoration);
        _watch.OnPosted();
        return true;
    }

    /// <summary>Called by the applier, on its thread.</summary>
    private void OnApplied(long index)
    {
        _board.PublishApplied(index);
        if (_context.Life.IsStopping || _watch.Hangs || _wakesWhenApplied)
        {
            _context.Wake(); // the stop, the mark that it hangs, or a transfer of the leadership waits for this
        }
    }
}
