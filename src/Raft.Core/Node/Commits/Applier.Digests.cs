namespace Raft;

/// <content>The state at the indexes at which nodes compare their states: its digest, and a capture of exactly that state.</content>
internal sealed partial class Applier
{
    private StateMachineQuery? _atDigest; // waits for the next such index
    private StateMachineQuery? _beforeNextBatch; // the index is reached

    /// <summary>
    /// Has a query run when the state is that of the next index of which there is a digest. There is at most one; it replaces another.
    /// </summary>
    public void PostAtDigest(StateMachineQuery query)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _atDigest = query;
            }
        }
    }

    /// <summary>Takes a query back that waits for an index of which there is a digest.</summary>
    /// <returns>False if it runs, or has run.</returns>
    public bool Withdraw(StateMachineQuery query)
    {
        lock (_lock)
        {
            bool waits = _atDigest == query;
            _atDigest = waits ? null : _atDigest;
            return waits;
        }
    }

    private bool IsDigestDue(long index) => Digests?.IsDue(index) == true;

    /// <summary>The state is that of an index at which nodes compare their states.</summary>
    private async ValueTask TakeDigestAsync(long index, bool hasMoved)
    {
        if (hasMoved && Digests!.Captures && _ownThread is not null)
        {
            await new ResumeOn(_ownThread);
        }

        try
        {
            Digests!.OnApplied(_machine, index);
        }
        // The entries are applied, so no command is to blame.
        catch (Exception exception)
        {
            throw new DigestException(new NodeFailedException(
                $"The state machine {_machine.GetType().Name} threw {exception.GetType().Name} in {nameof(IStateDigest)}."
                + FormattableString.Invariant($"{nameof(IStateDigest.Digest)}, after it had applied the entry at index {index}: ")
                + $"{exception.Message.TrimEnd('.')}. The node has stopped. Fix the state machine, or set "
                + $"{nameof(RaftNodeOptions.DigestInterval)} to 0, then start a new node on the same stores.",
                exception));
        }
    }

    /// <summary>The entries up to an index are applied. Called under the lock.</summary>
    private void ReleaseAtDigest(long index)
    {
        if (_atDigest is not null && IsDigestDue(index))
        {
            (_beforeNextBatch, _atDigest) = (_atDigest, null);
        }
    }

    /// <summary>Makes the query that needs exactly this state the only one of its turn. Called under the lock.</summary>
    private bool TryTakeBeforeNextBatch(out int count)
    {
        count = 0;
        if (_beforeNextBatch is not { } query)
        {
            return false;
        }

        _beforeNextBatch = null;
        _turn[0] = query;
        _turnPosition = 0;
        _answered = _resumes.Rent();
        count = 1;
        return true;
    }

    /// <summary>The end: takes out the queries that have not run. Called under the lock.</summary>
    private IEnumerable<StateMachineQuery> TakeAtDigest()
    {
        StateMachineQuery?[] waiting = [_atDigest, _beforeNextBatch];
        _atDigest = _beforeNextBatch = null;
        return waiting.OfType<StateMachineQuery>();
    }

    /// <summary>Distinguishes the failure of a digest from whatever else a state machine throws.</summary>
    private sealed class DigestException(NodeFailedException failure) : Exception(failure.Message, failure)
    {
        public NodeFailedException Failure => failure;
    }
}
