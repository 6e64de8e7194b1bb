namespace Raft;

/// <summary>A proposal on its way to the worker.</summary>
internal readonly record struct Proposal(PendingCaller Caller, ReadOnlyMemory<byte> Data);

/// <summary>Anything else that is asked of the worker, which executes it after the messages of its pass.</summary>
internal abstract class NodeRequest
{
    /// <summary>Does it, on the worker.</summary>
    public abstract void Execute(NodeLife life);

    /// <summary>The node has ended: completes whoever waits for it. Called on any thread.</summary>
    public abstract void Refuse(Exception reason);
}

/// <summary>Everything that came in since the last drain.</summary>
internal sealed class MailboxBatch
{
    public List<RaftMessage> Messages { get; } = [];

    public List<Proposal> Proposals { get; } = [];

    /// <summary>How many of the proposals, from the first, the worker has dealt with.</summary>
    public int ProposalsTaken { get; set; }

    public List<NodeRequest> Requests { get; } = [];

    /// <summary>Every write up to this version is durable; 0 if none was reported.</summary>
    public long PersistedVersion { get; set; }

    /// <summary>How many writes have completed.</summary>
    public int CompletedWrites { get; set; }

    /// <summary>What must stop the node, if anything.</summary>
    public Exception? Failure { get; set; }

    public void Clear()
    {
        Messages.Clear();
        Proposals.Clear();
        ProposalsTaken = 0;
        Requests.Clear();
        PersistedVersion = 0;
        CompletedWrites = 0;
        Failure = null;
    }
}

/// <summary>What became of something that was posted.</summary>
internal enum PostOutcome
{
    /// <summary>It was taken.</summary>
    Posted,

    /// <summary>As many as allowed wait already.</summary>
    Full,

    /// <summary>The node is stopping or has ended.</summary>
    Closed,
}

/// <summary>
/// What waits for the node's worker, which drains all of it at once. It closes under the lock that lets things in, so
/// whatever was taken will be seen by a last drain, and whatever comes later is refused.
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
    /// <param name="isFirst">Whether it is the first since the last drain: only then must the worker be woken for it, since whoever posted the first one does.</param>
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

    /// <summary>Posts one of the node's own requests: there are only a few at a time, and none may be lost.</summary>
    public bool TryPost(NodeRequest request) => Post(request, int.MaxValue) == PostOutcome.Posted;

    /// <summary>Posts a caller's request, of which as many may wait as messages.</summary>
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

    /// <summary>A write is durable, and so is every one before it.</summary>
    public void ReportPersisted(long version)
    {
        lock (_lock)
        {
            _filling.PersistedVersion = Math.Max(_filling.PersistedVersion, version);
            _filling.CompletedWrites++;
        }
    }

    /// <summary>Something happened that must stop the node; the first report counts.</summary>
    public void ReportFailure(Exception failure)
    {
        lock (_lock)
        {
            _filling.Failure ??= failure;
        }
    }

    /// <summary>Says how many proposals wait beyond the mailbox, after a drain. (The few batches that the state machine has before it are not counted.)</summary>
    public void SetPendingProposals(int beyondMailbox)
    {
        lock (_lock)
        {
            _pendingProposals = beyondMailbox + _filling.Proposals.Count;
        }
    }

    /// <summary>Takes everything out. The batch is the caller's until the next drain.</summary>
    public MailboxBatch Drain()
    {
        lock (_lock)
        {
            (_filling, _drained) = (_drained, _filling);
            _filling.Clear();
            return _drained;
        }
    }

    /// <summary>Takes no more proposals.</summary>
    public void CloseForProposals()
    {
        lock (_lock)
        {
            _proposalsClosed = true;
        }
    }

    /// <summary>Takes nothing any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }
}
