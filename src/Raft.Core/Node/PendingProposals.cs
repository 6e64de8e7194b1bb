namespace Raft;

/// <summary>Those who wait for the result of an entry that is in this leader's log, in the order of the log. Used by the node's worker only.</summary>
internal sealed class PendingProposals
{
    private readonly Queue<Proposal> _queue = new();

    private readonly record struct Proposal(long Index, long Term, PendingCaller Caller);

    public int Count => _queue.Count;

    public void Add(long index, long term, PendingCaller caller) => _queue.Enqueue(new Proposal(index, term, caller));

    /// <summary>Takes out whoever waits for the entry of this index and term, if anybody does.</summary>
    /// <param name="index">The entry's index.</param>
    /// <param name="term">The entry's term.</param>
    public PendingCaller Take(long index, long term)
    {
        if (!_queue.TryPeek(out Proposal first) || first.Index != index || first.Term != term)
        {
            return default;
        }

        _queue.Dequeue();
        return first.Caller;
    }

    /// <summary>Leadership is lost: fails everyone whose entry is not known to be committed; the others keep waiting for their result.</summary>
    /// <returns>How many were failed, and how many had given up before.</returns>
    public BatchOutcomes FailUncommitted(Func<long, long, bool> isCommitted, Func<long, long, Exception> reason, ResumeBatch resume)
    {
        BatchOutcomes outcomes = default;
        for (int left = _queue.Count; left > 0; left--)
        {
            Proposal proposal = _queue.Dequeue();
            if (isCommitted(proposal.Index, proposal.Term))
            {
                _queue.Enqueue(proposal);
            }
            else if (proposal.Caller.Source!.TryFail(proposal.Caller.Generation, reason(proposal.Index, proposal.Term)))
            {
                resume.Add(proposal.Caller.Source);
                outcomes.Unknown++;
            }
            else
            {
                outcomes.Cancelled++;
            }
        }

        return outcomes;
    }
}
