namespace Raft.Testing;

/// <summary>
/// Section 5.4.1: a vote goes only to a candidate whose log is at least as up to date as the voter's, and so does a
/// pre-vote (dissertation, section 9.6). A candidate's log is what it says in its request.
/// </summary>
internal sealed class UpToDateVotes : ClusterRule
{
    private readonly Dictionary<(NodeId Candidate, long Term), LogEnd> _candidates = [];
    private readonly Dictionary<(NodeId Candidate, long Term, long Correlation), LogEnd> _preCandidates = [];

    private readonly record struct LogEnd(long Term, long Index)
    {
        public bool IsAtLeast(in LogEnd other) => Term > other.Term || (Term == other.Term && Index >= other.Index);

        public override string ToString() => $"entry {Index} of term {Term}";
    }

    public override string Name => "Up-to-date votes";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        switch (message)
        {
            case RequestVoteMessage { IsPreVote: true } request:
                // Two lives may number their requests alike: the better log of them counts.
                (NodeId, long, long) key = (request.From, request.Term, request.Correlation);
                LogEnd end = new(request.LastLogTerm, request.LastLogIndex);
                _preCandidates[key] = _preCandidates.TryGetValue(key, out LogEnd earlier) && earlier.IsAtLeast(in end) ? earlier : end;
                return null;
            case RequestVoteMessage request:
                _candidates[(request.From, request.Term)] = new LogEnd(request.LastLogTerm, request.LastLogIndex);
                return null;
            // A pre-vote is sent in the pass that grants it. Without a check of the quorum, what that pass appended before may not be
            // written yet.
            case RequestVoteReplyMessage { IsPreVote: true, VoteGranted: true } grant when node.Options.CheckQuorum
                && _preCandidates.TryGetValue((grant.To, grant.Term, grant.Correlation), out LogEnd asking):
                return Judge(node, grant.To, grant.Term, in asking, EndOf(node.Store.WrittenImage), "pre-vote");
            default:
                return null;
        }
    }

    /// <summary>
    /// The vote is judged where it is written, before the leader that it helped to elect can have changed the voter's log.
    /// </summary>
    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        LogImage log = node.Store.WrittenImage;
        bool isVote = write.HardState is { VotedFor: { } voted } hard && voted != node.Id
            && (hard.Term, hard.VotedFor) != (log.HardState.Term, log.HardState.VotedFor);
        if (!isVote || !_candidates.TryGetValue((write.HardState!.Value.VotedFor!.Value, write.HardState.Value.Term), out LogEnd candidate))
        {
            return null;
        }

        // Entries in the same write came before the vote, unless they are of its term; then nothing can be said.
        LogEnd own = write.Entries.IsEmpty
            ? EndOf(log)
            : new LogEnd(write.Entries.Span[^1].Term, write.FirstIndex + write.Entries.Length - 1);
        return own.Term >= write.HardState.Value.Term
            ? null
            : Judge(node, write.HardState.Value.VotedFor!.Value, write.HardState.Value.Term, in candidate, in own, "vote");
    }

    private static LogEnd EndOf(LogImage log) => new(log.Entries.LastTerm, log.Entries.LastIndex);

    private static string? Judge(SimulatedNode node, NodeId candidate, long term, in LogEnd asking, in LogEnd own, string vote) =>
        asking.IsAtLeast(in own)
        ? null
        : $"{node.Id} gives {candidate} its {vote} for term {term}, whose log ends with {asking}; its own ends with {own}.";
}
