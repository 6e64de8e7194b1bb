namespace Raft;

/// <content>The end of a life, in good order or by a failure: everybody who waits gets an answer.</content>
internal sealed partial class NodeLife
{
    /// <summary>Ends the life, on the worker: nothing is taken any more, and everybody who waits gets an answer.</summary>
    private void End(Exception? failure)
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        Failure = failure is null || (failure is OperationCanceledException && _stopRequested)
            ? null
            : failure as NodeFailedException ?? new NodeFailedException($"Node {NodeId} has failed: {failure.Message}", failure);
        _endReason = new NodeStoppedException(
            Failure?.Message ?? $"Node {NodeId} has stopped: run it again, or propose to another node.", Failure);
        OutcomeUnknownException Unknown(long index, long term) =>
            new($"Node {NodeId} {(Failure is null ? "ended" : "failed")} before the proposal at index {index} of term {term} was applied here: it may be applied by the others or not.{(Failure is null ? string.Empty : $" It failed because: {Failure.Message}")}", index, term, Failure);

        _timer.Dispose();

        // Before anybody is answered: whoever is, and looks at the status, must not find that the node leads.
        _leadership.Update(leads: false, _leadingTerm);
        PublishEnd();
        _resume ??= _sources.Resumes.Rent();
        BatchOutcomes outcomes = _pending.FailUncommitted(static (_, _) => false, Unknown, _resume);
        _metrics?.CountProposals(in outcomes);
        _applier.Close(Unknown, _endReason);
        foreach (DirectCall call in _directCalls)
        {
            Fail(call.Caller, _endReason);
        }

        RefuseSnapshotRequests(_endReason);
        EndTransfers();
        foreach (ReadStoreRequest read in _storeReads)
        {
            read.Refuse(_endReason);
        }

        foreach (Condition condition in _conditions)
        {
            Complete(condition.Source, condition.Generation, false);
        }

        _storeReads.Clear();
        _directCalls.Clear();
        _conditions.Clear();
        EndObserving();

        // Only now: whoever is refused, CloseAsync above all, takes it that the life is over.
        _isOver = true;
        _mailbox.Close();
        if (_batch is not null)
        {
            Refuse(_batch, _endReason); // what the pass that ends here had not come to; the others hear it and ignore it
        }

        Complete(_stopSignal, _stopSignalGeneration, true);
        _resume?.Start();
        _resume = null;
        Wake(); // for what came in before the mailbox closed
    }

    private void PublishEnd() => _board.Publish(
        _board.Snapshot with
        {
            Role = Failure is null ? RaftRole.Stopped : RaftRole.Failed,
            Leader = null,
            ReachableBits = _settings.OwnBit,
            IsRunning = false,
            ApplyHangs = false, // nothing waits for it any more
            DiskHangs = false,
            Failure = Failure,
        });

    private void Refuse(MailboxBatch batch, Exception reason)
    {
        for (; batch.ProposalsTaken < batch.Proposals.Count; batch.ProposalsTaken++)
        {
            PendingCaller caller = batch.Proposals[batch.ProposalsTaken].Caller;
            bool refused = caller.Source!.TryFail(caller.Generation, reason);
            _metrics?.CountProposals(refused ? ProposalOutcomeTags.Refused : ProposalOutcomeTags.Cancelled);
            if (refused)
            {
                caller.Source.Resume();
            }
        }

        foreach (NodeRequest request in batch.Requests)
        {
            request.Refuse(reason);
        }
    }

    private void RefuseLateComers() => Refuse(_mailbox.Drain(), _endReason!);
}
