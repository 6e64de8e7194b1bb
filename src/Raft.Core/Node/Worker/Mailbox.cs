namespace Raft;

/// <summary>The outcome of posting something to a node.</summary>
internal enum PostOutcome
{
    /// <summary>It was accepted.</summary>
    Posted,

    /// <summary>The limit of waiting ones is reached.</summary>
    Full,

    /// <summary>The node is stopping or has ended.</summary>
    Closed,
}

/// <summary>
/// Holds what waits for the node's worker, which drains all of it at once. It closes under the same lock that lets things in: a last
/// drain sees all that was accepted, and what comes later is refused.
/// </summary>
internal sealed class Mailbox(int maximumMessages, int maximumProposals)
{
    private readonly Lock _lock = new();
    private MailboxBatch _filling = new();
    private MailboxBatch _drained = new();
    private int _pendingProposals;
    private bool _proposalsClosed;
    private bool _closed;

    /// <summary>How many messages wait.</summary>
    public int WaitingMessages
    {
        get
        {
            lock (_lock)
            {
                return _filling.Messages.Count;
            }
        }
    }

    public bool TryPost(RaftMessage message)
    {
        lock (_lock)
        {
            if (_closed || _filling.Messages.Count >= maximumMessages)
            {
                return false;
            }

            _filling.Messages.Add(message);
            return true;
        }
    }

    /// <summary>Posts a proposal.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="isFirst">
    /// Whether it is the first since the last drain. The worker must be woken for this one only: for later ones it has been woken already.
    /// </param>
    public PostOutcome Post(in Proposal proposal, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = false;
            if (_closed || _proposalsClosed)
            {
                return PostOutcome.Closed;
            }

            if (_pendingProposals >= maximumProposals)
            {
                return PostOutcome.Full;
            }

            _pendingProposals++;
            _filling.Proposals.Add(proposal);
            isFirst = _filling.Proposals.Count == 1;
            return PostOutcome.Posted;
        }
    }

    /// <summary>Posts one of the node's own requests. No limit applies: there are only a few at a time, and none may be lost.</summary>
    public bool TryPost(NodeRequest request) => Post(request, int.MaxValue) == PostOutcome.Posted;

    /// <summary>Posts a caller's request. The limit is that of waiting messages.</summary>
    public PostOutcome Post(NodeRequest request) => Post(request, maximumMessages);

    private PostOutcome Post(NodeRequest request, int maximum)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return PostOutcome.Closed;
            }

            if (_filling.Requests.Count >= maximum)
            {
                return PostOutcome.Full;
            }

            _filling.Requests.Add(request);
            return PostOutcome.Posted;
        }
    }

    /// <summary>Reports that a write, and every one before it, is durable.</summary>
    public void ReportPersisted(long version)
    {
        lock (_lock)
        {
            _filling.PersistedVersion = Math.Max(_filling.PersistedVersion, version);
            _filling.CompletedWrites++;
        }
    }

    /// <summary>Reports something that must stop the node; the first report counts.</summary>
    public void ReportFailure(Exception failure)
    {
        lock (_lock)
        {
            _filling.Failure ??= failure;
        }
    }

    /// <summary>
    /// Sets how many proposals wait beyond the mailbox, after a drain: they count towards the limit. The few batches that wait for the
    /// state machine are not counted.
    /// </summary>
    public void SetPendingProposals(int beyondMailbox)
    {
        lock (_lock)
        {
            _pendingProposals = beyondMailbox + _filling.Proposals.Count;
        }
    }

    /// <summary>Takes everything out. The batch belongs to the caller until the next drain.</summary>
    public MailboxBatch Drain()
    {
        lock (_lock)
        {
            (_filling, _drained) = (_drained, _filling);
            _filling.Clear();
            return _drained;
        }
    }

    /// <summary>Refuses proposals from now on.</summary>
    public void CloseForProposals()
    {
        lock (_lock)
        {
            _proposalsClosed = true;
        }
    }

    /// <summary>Refuses everything from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }
}
