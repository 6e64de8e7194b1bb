using Raft.Consensus;

namespace Raft;

/// <content>The paper's procedure calls: RequestVote and AppendEntries of Figure 2, called as methods.</content>
public sealed partial class RaftNode
{
    /// <summary>
    /// Far larger than any term or index of a real cluster, and so small that the consensus module can still count on from it.
    /// </summary>
    private const long LargestArgument = 1L << 53;

    /// <summary>
    /// Invoked by candidates to gather votes: RequestVote of Figure 2. A transport does not need it, since it
    /// delivers messages; it is the paper's procedure call, for those who want to make it.
    /// </summary>
    /// <param name="term">The candidate's term.</param>
    /// <param name="candidateId">The candidate that requests the vote.</param>
    /// <param name="lastLogIndex">Index of the candidate's last log entry (section 5.4.1); 0 if its log is empty.</param>
    /// <param name="lastLogTerm">Term of that entry; 0 if the log is empty.</param>
    /// <param name="cancellationToken">Stops waiting for the answer. The vote may still be granted.</param>
    /// <returns>The current term, and whether the candidate received the vote: durable when it is given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or beyond 2^53.</exception>
    /// <exception cref="ArgumentException">The candidate is this node.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the vote may still be granted.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">
    /// As many calls as <see cref="RaftNodeOptions.MaximumWaitingMessages"/> allows wait already.
    /// </exception>
    public ValueTask<RequestVoteReply> RequestVoteAsync(
        long term, NodeId candidateId, long lastLogIndex, long lastLogTerm, CancellationToken cancellationToken = default)
    {
        ThrowIfOutOfRange(term, nameof(term));
        ThrowIfOutOfRange(lastLogIndex, nameof(lastLogIndex));
        ThrowIfOutOfRange(lastLogTerm, nameof(lastLogTerm));
        ThrowIfSelfOrNobody(candidateId, nameof(candidateId));
        RequestVoteMessage request = new()
        {
            From = candidateId,
            To = Id,
            Origin = new MessageOrigin(_settings.ClusterId, _settings.FirstIdentity),
            Term = term,
            LastLogIndex = lastLogIndex,
            LastLogTerm = lastLogTerm,
        };
        return CallHandler(request, _sources.Votes, cancellationToken);
    }

    /// <summary>
    /// Invoked by the leader to replicate log entries, or without entries as heartbeat: AppendEntries of Figure 2.
    /// </summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="leaderId">The leader.</param>
    /// <param name="prevLogIndex">Index of the entry directly before the new ones; 0 for the start of the log.</param>
    /// <param name="prevLogTerm">Term of that entry; 0 for the start of the log.</param>
    /// <param name="entries">The entries from <paramref name="prevLogIndex"/> + 1 on; their data belongs to the log from now on.</param>
    /// <param name="leaderCommit">The leader's commit index.</param>
    /// <param name="cancellationToken">Stops waiting for the answer. The entries may still be appended.</param>
    /// <returns>The current term, and whether this node held the previous entry and now holds the new ones, durably.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or beyond 2^53.</exception>
    /// <exception cref="ArgumentException">
    /// The leader is this node, or no correct leader could send these entries: their terms fall along the log or exceed
    /// <paramref name="term"/>, or this version does not implement their kind.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the entries may still be appended.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    /// <exception cref="OverloadedException">
    /// As many calls as <see cref="RaftNodeOptions.MaximumWaitingMessages"/> allows wait already.
    /// </exception>
    public ValueTask<AppendEntriesReply> AppendEntriesAsync(
        long term,
        NodeId leaderId,
        long prevLogIndex,
        long prevLogTerm,
        IReadOnlyList<LogEntry> entries,
        long leaderCommit,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ThrowIfOutOfRange(term, nameof(term));
        ThrowIfOutOfRange(prevLogIndex, nameof(prevLogIndex));
        ThrowIfOutOfRange(prevLogTerm, nameof(prevLogTerm));
        ThrowIfOutOfRange(leaderCommit, nameof(leaderCommit));
        ThrowIfSelfOrNobody(leaderId, nameof(leaderId));
        AppendEntriesMessage request = new()
        {
            From = leaderId,
            To = Id,
            Origin = new MessageOrigin(_settings.ClusterId, _settings.FirstIdentity),
            Term = term,
            PrevLogIndex = prevLogIndex,
            PrevLogTerm = prevLogTerm,
            Entries = entries.ToArray(),
            LeaderCommit = leaderCommit,
        };
        if (!ConsensusModule.IsWellFormed(request) || UnsupportedEntry.In(request) is not null)
        {
            throw new ArgumentException(
                $"No correct leader of term {term} sends these entries after entry {prevLogIndex} of term {prevLogTerm}. Their terms must "
                + "start at 1, not fall along the log, and not exceed the leader's term. Their kinds must be "
                + $"{nameof(EntryKind.Command)}, {nameof(EntryKind.NoOp)} or {nameof(EntryKind.Configuration)}, which are all that this "
                + "version implements, and a configuration must be readable.",
                nameof(entries));
        }

        return CallHandler(request, _sources.Appends, cancellationToken);
    }

    private static void ThrowIfOutOfRange(long value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestArgument, name);
    }

    private void ThrowIfSelfOrNobody(NodeId other, string name)
    {
        if (other == Id || other == default)
        {
            throw new ArgumentException($"The caller must be another node than '{Id}'.", name);
        }
    }

    private ValueTask<TReply> CallHandler<TReply>(
        RaftMessage request, CompletionSourcePool<TReply> pool, CancellationToken cancellationToken)
    {
        NodeLife? life = _lives.Open();
        CompletionSource<TReply> source = pool.Rent(cancellationToken);
        ValueTask<TReply> reply = source.Task;
        PendingCaller caller = source.Caller;
        RefuseUnlessPosted(caller, life?.Parts.Handlers.Post(request, caller) ?? PostOutcome.Closed);
        return reply;
    }
}
