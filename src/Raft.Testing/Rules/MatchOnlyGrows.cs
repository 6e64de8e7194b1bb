namespace Raft.Testing;

/// <summary>
/// Figure 2: a leader's <c>matchIndex</c> for a follower only grows, so what the follower has acknowledged in its term is never
/// sent again.
/// </summary>
internal sealed class MatchOnlyGrows : ClusterRule
{
    private readonly Dictionary<(NodeId Leader, NodeId Follower), (long Term, long Match)> _matches = [];
    private readonly Dictionary<NodeId, long> _lostUntil = []; // the term in which a follower lost its stores
    private long _highestTerm;

    public override string Name => "matchIndex only grows";

    /// <summary>
    /// Ends the check for this term: the node has lost entries that it had acknowledged, and its acknowledgements may still arrive.
    /// </summary>
    public void Forget(NodeId follower) => _lostUntil[follower] = _highestTerm;

    /// <summary>How far a follower has acknowledged the log to the leader of a term, as far as messages have arrived; 0 if not at all.</summary>
    public long AcknowledgedTo(NodeId leader, NodeId follower, long term) =>
        _matches.TryGetValue((leader, follower), out (long Term, long Match) known) && known.Term == term ? known.Match : 0;

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is not AppendEntriesReplyMessage { Success: true } reply)
        {
            return null;
        }

        _highestTerm = Math.Max(_highestTerm, reply.Term);
        (NodeId, NodeId) key = (node.Id, reply.From);
        (long term, long match) = _matches.GetValueOrDefault(key);
        if (reply.Term > term || (reply.Term == term && reply.LastIndex > match))
        {
            _matches[key] = (reply.Term, reply.LastIndex);
        }

        return null;
    }

    /// <summary>Heartbeats of a follower that is being sent a snapshot name the start of the log, on which all logs agree.</summary>
    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is AppendEntriesMessage append && !IsDuringTransfer(node, append)
            && append.Term > _lostUntil.GetValueOrDefault(append.To, -1)
            && _matches.TryGetValue((append.From, append.To), out (long Term, long Match) known)
            && known.Term == append.Term && append.PrevLogIndex < known.Match
            ? $"{append.From}, leader of term {append.Term}, sends {append.To} what follows {append.PrevLogIndex}, after it had "
                + $"acknowledged everything up to {known.Match}."
            : null;

    private bool IsDuringTransfer(SimulatedNode node, AppendEntriesMessage append) =>
        append is { PrevLogIndex: 0, Entries.IsEmpty: true }
        && _matches.GetValueOrDefault((append.From, append.To)).Match < node.Store.WrittenImage.Entries.PreviousIndex;
}
