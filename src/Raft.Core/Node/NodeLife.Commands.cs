using Raft.Consensus;

namespace Raft;

/// <content>A proposal's way: into the log, to its commitment, to the state machine and back to its caller.</content>
internal sealed partial class NodeLife
{
    private const int MaximumEntriesPerBatch = 1_024;

    private readonly PendingProposals _pending = new();
    private readonly List<ReadStoreRequest> _storeReads = [];
    private long _handedOver;
    private bool _isLoadingForApply;
    private (long FirstIndex, LogEntry[] Entries) _loadedForApply;
    private bool _leads;
    private long _leadingTerm;

    /// <summary>The highest entry that the state machine has applied.</summary>
    public long AppliedIndex => _applier.AppliedIndex;

    /// <summary>Whether the state machine's content is uncertain: it threw, or was given up on.</summary>
    public bool StateIsUncertain => _applier.StateIsUncertain;

    /// <summary>Takes a proposal to the worker.</summary>
    public PostOutcome Post(in Proposal proposal)
    {
        PostOutcome outcome = _mailbox.Post(in proposal, out bool isFirst);
        if (isFirst)
        {
            Wake();
        }

        return outcome;
    }

    /// <summary>Queues a read of the state machine.</summary>
    public PostOutcome Post(StateMachineQuery query) => _applier.Post(query, _settings.MaximumPendingProposals);

    /// <summary>Appends a batch of proposals to the log, or refuses them. Those cancelled meanwhile are withdrawn.</summary>
    private void Append(MailboxBatch batch)
    {
        DateTimeOffset utcNow = _settings.Clock.UtcNow;
        foreach (Proposal proposal in batch.Proposals)
        {
            batch.ProposalsTaken++;
            if (!proposal.Caller.Source!.IsPending(proposal.Caller.Generation))
            {
                _metrics?.CountProposals(ProposalOutcomeTags.Cancelled);
                continue;
            }

            switch (_module.Propose(proposal.Data, utcNow, out long index))
            {
                case ProposeResult.Appended:
                    _pending.Add(index, _module.Term, proposal.Caller);
                    BeginMeasuringCommit(index);
                    break;
                case ProposeResult.NotLeader:
                    _metrics?.CountProposals(ProposalOutcomeTags.Refused);
                    Fail(proposal.Caller, NotLeader());
                    break;
                default:
                    _metrics?.CountProposals(ProposalOutcomeTags.Refused);
                    Fail(proposal.Caller, new OverloadedException(
                        $"{_settings.Consensus.MaximumUncommittedBytes} bytes or more wait to be committed, as many as {nameof(RaftNodeOptions.MaximumUncommittedBytes)} allows: propose again when some have committed."));
                    break;
            }
        }
    }

    private NotLeaderException NotLeader()
    {
        if (_module.Leader is { } leader)
        {
            return new NotLeaderException($"Node {NodeId} does not lead; {leader} leads term {_module.Term}: propose there.", _settings.MemberOf(leader));
        }

        string situation = StatusExplanation.NoLeader(Snapshot(), _settings.Members);
        return new NotLeaderException(
            $"Node {NodeId} knows {situation}. Wait with {nameof(RaftNode.WaitForLeaderAsync)}, then propose again.", leader: null);
    }

    /// <summary>
    /// Once leadership is lost, nobody here learns the fate of what is not committed yet. What is committed keeps its
    /// callers: their results are on the way.
    /// </summary>
    private void FollowRole()
    {
        bool leads = _module.Role == RaftRole.Leader;
        if (_leads && (!leads || _module.Term != _leadingTerm) && _pending.Count > 0)
        {
            BatchOutcomes outcomes = _pending.FailUncommitted(
                (index, term) => index <= _module.CommitIndex && _module.TermAt(index) == term,
                (index, term) => new OutcomeUnknownException(
                    $"Node {NodeId} lost its leadership of term {term} before the proposal at index {index} was committed: it may be applied or not.", index, term),
                _resume ??= _sources.Resumes.Rent());
            _metrics?.CountProposals(in outcomes);
        }

        if (leads != _leads || _module.Term != _leadingTerm)
        {
            _leadership.Update(leads, _module.Term);
            _measuredCommits.Clear();
        }

        _leads = leads;
        _leadingTerm = _module.Term;
    }

    /// <summary>
    /// Hands what is committed and durable here to the state machine. A durable state machine must never be ahead of its
    /// own node's log, which a crash may cut back to what is durable.
    /// </summary>
    private void HandOverCommitted()
    {
        if (!HandOverRestoration())
        {
            return;
        }

        long target = Math.Min(_module.CommitIndex, _module.DurableIndex);
        while (_handedOver < target && !_isLoadingForApply)
        {
            long first = _handedOver + 1;
            ReadOnlyMemory<LogEntry> entries;
            if (first >= _module.FirstCachedIndex)
            {
                entries = _module.CachedEntries(first, target, MaximumEntriesPerBatch);
            }
            else if (_loadedForApply.Entries is not null && _loadedForApply.FirstIndex == first)
            {
                entries = _loadedForApply.Entries;
            }
            else
            {
                _isLoadingForApply = true;
                _ = LoadForApplyAsync(first, (int)Math.Min(MaximumEntriesPerBatch, target - first + 1));
                return;
            }

            if (_applier.TryRent() is not { } batch)
            {
                return; // the applier wakes the worker when there is room
            }

            batch.Fill(first, entries, _pending, _sources.Resumes.Rent());
            _handedOver = batch.LastIndex;
            _snapshotPolicy.OnHandedOver(batch.LastIndex, batch.Bytes);
            _loadedForApply = default;
            _applier.Post(batch);
            WatchApplierAgain();
        }
    }

    private async Task LoadForApplyAsync(long firstIndex, int count)
    {
        if (await ReadStoreAsync(firstIndex, count, _settings.Consensus.MaximumCachedBytes).ConfigureAwait(false) is { } entries)
        {
            TryPost(new ApplyEntriesLoaded(firstIndex, entries));
        }
    }

    /// <summary>Called by the applier, on its thread.</summary>
    private void OnApplied(long index)
    {
        _board.PublishApplied(index);
        if (_isStopping || _applyHangs)
        {
            Wake(); // somebody waits for it
        }
    }

    private sealed class ApplyEntriesLoaded(long firstIndex, LogEntry[] entries) : NodeRequest
    {
        public override void Execute(NodeLife life)
        {
            life._isLoadingForApply = false;
            if (firstIndex <= life._handedOver)
            {
                return; // a snapshot has come meanwhile
            }

            if (entries.Length == 0)
            {
                throw new StorageCorruptedException($"The log store no longer holds entry {firstIndex}, which is committed and not applied yet.");
            }

            life._loadedForApply = (firstIndex, entries);
        }

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }

    /// <summary>Takes the log as it is now: slices of what is in memory.</summary>
    public sealed class ReadLogRequest(long firstIndex, CompletionSource<IReadOnlyList<ReadOnlyMemory<LogEntry>>> source, uint generation) : NodeRequest
    {
        /// <summary>The first index that the slices cover; what stands before must be read from the store.</summary>
        public long FirstCachedIndex { get; private set; }

        /// <summary>The first index that the log holds at all, or the one asked for.</summary>
        public long FirstIndex { get; private set; }

        /// <summary>The term of the entry before the slices: if it is the same later, so is everything before (Log Matching, section 5.3).</summary>
        public long TermBeforeSlices { get; private set; }

        public override void Execute(NodeLife life)
        {
            List<ReadOnlyMemory<LogEntry>> slices = [];
            FirstIndex = Math.Max(firstIndex, life._module.FirstIndex);
            long index = FirstCachedIndex = Math.Max(firstIndex, life._module.FirstCachedIndex);
            TermBeforeSlices = FirstIndex < FirstCachedIndex ? life._module.TermAt(FirstCachedIndex - 1) : 0;
            while (index <= life._module.LastIndex)
            {
                ReadOnlyMemory<LogEntry> slice = life._module.CachedEntries(index, life._module.LastIndex, int.MaxValue);
                slices.Add(slice);
                index += slice.Length;
            }

            life.Complete(source, generation, slices);
        }

        public override void Refuse(Exception reason)
        {
            if (source.TryFail(generation, reason))
            {
                source.Resume();
            }
        }
    }

    /// <summary>Reads entries that are no longer in memory, for a reader of the log.</summary>
    public sealed class ReadStoreRequest(long firstIndex, int count, CompletionSource<IReadOnlyList<ReadOnlyMemory<LogEntry>>> source, uint generation) : NodeRequest
    {
        public override void Execute(NodeLife life)
        {
            life._storeReads.Add(this);
            _ = ReadAsync(life);
        }

        public override void Refuse(Exception reason)
        {
            if (source.TryFail(generation, reason))
            {
                source.Resume();
            }
        }

        private async Task ReadAsync(NodeLife life)
        {
            LogEntry[]? entries = await life.ReadStoreAsync(firstIndex, count, life._settings.Consensus.MaximumCachedBytes).ConfigureAwait(false);
            if (entries is not null)
            {
                life.TryPost(new StoreRead(this, entries)); // a read that failed ends the node, which refuses it
            }
        }

        private sealed class StoreRead(ReadStoreRequest request, LogEntry[] entries) : NodeRequest
        {
            public override void Execute(NodeLife life)
            {
                life._storeReads.Remove(request);
                request.Complete(life, entries);
            }

            public override void Refuse(Exception reason)
            {
                // the request was refused
            }
        }

        private void Complete(NodeLife life, LogEntry[] entries) => life.Complete(source, generation, [entries]);
    }
}
