namespace Raft.Testing;

/// <summary>
/// Calls to a node other than proposals: reads of its log, and calls to its handlers. They change nothing. They show whether every
/// caller is answered and whether the node releases its callers afterwards.
/// </summary>
/// <param name="id">The node.</param>
/// <param name="observed">Makes the calls.</param>
/// <param name="broken">Receives the description of a wrong answer.</param>
internal sealed class SideCalls(NodeId id, ObservedCall observed, Action<string> broken)
{
    private readonly List<Task> _calls = [];

    /// <summary>The number of calls that have no answer yet.</summary>
    public int Pending
    {
        get
        {
            _calls.RemoveAll(static call => call.IsCompleted);
            return _calls.Count;
        }
    }

    /// <summary>Reads the log from an index to its end.</summary>
    public void ReadLog(RaftNode raft, long firstIndex) =>
        _calls.Add(observed.MakeAsync("Reading the log", () => ReadLogAsync(raft, firstIndex)));

    /// <summary>Calls both handlers as a node of an earlier term. The node refuses such calls, so they change nothing.</summary>
    public void CallHandlers(RaftNode raft, NodeId caller, long staleTerm)
    {
        _calls.Add(observed.MakeAsync("RequestVote", () => RequestVoteAsync(raft, caller, staleTerm)));
        _calls.Add(observed.MakeAsync("AppendEntries", () => AppendEntriesAsync(raft, caller, staleTerm)));
    }

    private async Task ReadLogAsync(RaftNode raft, long firstIndex)
    {
        long term = 0;
        await foreach (LogEntry entry in raft.ReadLogAsync(firstIndex).ConfigureAwait(false))
        {
            if (entry.Term < term)
            {
                broken($"Reading the log is broken: {id} returned an entry of term {entry.Term} after one of term {term}.");
            }

            term = entry.Term;
        }
    }

    private async Task RequestVoteAsync(RaftNode raft, NodeId caller, long staleTerm)
    {
        RequestVoteReply reply = await raft.RequestVoteAsync(staleTerm, caller, lastLogIndex: 0, lastLogTerm: 0).ConfigureAwait(false);
        Judge(reply.Term, reply.VoteGranted, staleTerm);
    }

    private async Task AppendEntriesAsync(RaftNode raft, NodeId caller, long staleTerm)
    {
        AppendEntriesReply reply = await raft.AppendEntriesAsync(
            staleTerm, caller, prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0).ConfigureAwait(false);
        Judge(reply.Term, reply.Success, staleTerm);
    }

    private void Judge(long term, bool accepted, long staleTerm)
    {
        if (accepted || term <= staleTerm)
        {
            broken($"A stale request is refused is broken: {id} answered a request of term {staleTerm} with term {term} and {accepted}.");
        }
    }
}
