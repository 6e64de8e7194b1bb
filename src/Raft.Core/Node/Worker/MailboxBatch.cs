namespace Raft;

/// <summary>A proposal on its way to the worker.</summary>
/// <param name="Caller">Who waits for its result.</param>
/// <param name="Data">The command.</param>
/// <param name="Term">The only term in which it may be appended; 0 for any.</param>
internal readonly record struct Proposal(PendingCaller Caller, ReadOnlyMemory<byte> Data, long Term = 0);

/// <summary>Everything that the mailbox received since the last drain.</summary>
internal sealed class MailboxBatch
{
    public List<RaftMessage> Messages { get; } = [];

    public List<Proposal> Proposals { get; } = [];

    /// <summary>How many of the proposals, from the first, the worker has processed.</summary>
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
