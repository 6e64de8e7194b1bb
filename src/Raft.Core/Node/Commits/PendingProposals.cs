namespace Raft;

/// <summary>
/// The callers who wait for the result of an entry in this leader's log, in the order of the log. Used by the node's worker only.
/// </summary>
internal sealed class PendingProposals
{
    private readonly Queue<PendingProposal> _queue = new(); // bounded by MaximumPendingProposals, through the mailbox

    private readonly record struct PendingProposal(long Index, long Term, PendingCaller Caller);

    public int Count => _queue.Count;

    /// <summary>The index that the first caller waits for; null if none waits.</summary>
    public long? FirstIndex => _queue.TryPeek(out PendingProposal first) ? first.Index : null;

    public void Add(long index, long term, PendingCaller caller) => _queue.Enqueue(new PendingProposal(index, term, caller));

    /// <summary>Takes out the caller who waits for the entry of this index and term; the default value if no caller does.</summary>
    /// <param name="index">The entry's index.</param>
    /// <param name="term">The entry's term.</param>
    public PendingCaller Take(long index, long term)
    {
        if (!_queue.TryPeek(out PendingProposal first) || first.Index != index || first.Term != term)
        {
            return default;
        }

        _queue.Dequeue();
        return first.Caller;
    }

    /// <summary>Fails every caller whose entry is not known to be committed. The others keep waiting for their result.</summary>
    /// <returns>How many were failed, and how many had cancelled before.</returns>
    public BatchOutcomes FailUncommitted(Func<long, long, bool> isCommitted, Func<long, long, Exception> reason, ResumeBatch resume)
    {
        BatchOutcomes outcomes = default;
        for (int left = _queue.Count; left > 0; left--)
        {
            PendingProposal proposal = _queue.Dequeue();
            if (isCommitted(proposal.Index, proposal.Term))
            {
                _queue.Enqueue(proposal);
            }
            else
            {
                Fail(in proposal, reason, resume, ref outcomes);
            }
        }

        return outcomes;
    }

    /// <summary>Fails every caller.</summary>
    /// <returns>How many were failed, and how many had cancelled before.</returns>
    public BatchOutcomes FailAll(Func<long, long, Exception> reason, ResumeBatch resume)
    {
        BatchOutcomes outcomes = default;
        while (_queue.TryDequeue(out PendingProposal proposal))
        {
            Fail(in proposal, reason, resume, ref outcomes);
        }

        return outcomes;
    }

    private static void Fail(
        in PendingProposal proposal, Func<long, long, Exception> reason, ResumeBatch resume, ref BatchOutcomes outcomes)
    {
        if (proposal.Caller.Fail(reason(proposal.Index, proposal.Term), resume))
        {
            outcomes.Unknown++;
        }
        else
        {
            outcomes.Cancelled++;
        }
    }
}
