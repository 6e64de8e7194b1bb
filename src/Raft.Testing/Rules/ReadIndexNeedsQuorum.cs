namespace Raft.Testing;

/// <summary>
/// Dissertation, section 6.4: a leader names a read index only after a quorum has answered what it sent after it was asked. In joint
/// consensus (section 6), that is a majority of each set of voters.
/// </summary>
/// <remarks>
/// Clients cannot show every violation: as long as the same two configurations are joint, each leader has a majority of both sets, so one
/// that asks a majority of one set only never returns an old state.
/// </remarks>
internal sealed class ReadIndexNeedsQuorum(ReferenceQuorum<NodeId> quorum) : ClusterRule
{
    private readonly SortedDictionary<NodeId, Leadership> _leaders = [];

    public override string Name => "A read index needs a quorum";

    /// <summary>The latest request that a node asks for.</summary>
    /// <param name="Number">The number of the request.</param>
    /// <param name="Moment">When the node sent it, on its own clock.</param>
    /// <param name="SentBefore">The last AppendEntries that the leader had sent when the request arrived.</param>
    private readonly record struct AskedRequest(long Number, long Moment, long SentBefore);

    private sealed class Leadership(RaftNode? life, long term)
    {
        public RaftNode? Life { get; } = life;

        public long Term { get; } = term;

        /// <summary>The last AppendEntries that was sent.</summary>
        public long LastSent { get; set; }

        /// <summary>The last AppendEntries that each node has answered.</summary>
        public SortedDictionary<NodeId, long> Answered { get; } = [];

        public SortedDictionary<NodeId, AskedRequest> Requests { get; } = [];
    }

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        if (message is AppendEntriesMessage append)
        {
            Leadership leading = Find(node, append.Term) ?? Begin(node, append.Term);
            leading.LastSent = Math.Max(leading.LastSent, append.Correlation);
        }

        return message is ReadIndexReplyMessage reply && Find(node, reply.Term) is { } leadership
            && leadership.Requests.TryGetValue(reply.To, out AskedRequest asked)
            && (asked.Number, asked.Moment) == (reply.Correlation, reply.Moment)
            ? Judge(node, leadership, asked.SentBefore, $"{reply.To} asked")
            : null;
    }

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is ReadIndexRequestMessage request && Find(node, request.Term) is { } asked)
        {
            Note(asked, request);
        }
        else if (message is AppendEntriesReplyMessage reply && Find(node, reply.Term) is { } answered)
        {
            answered.Answered[reply.From] = Math.Max(reply.Correlation, answered.Answered.GetValueOrDefault(reply.From));
        }

        return null;
    }

    /// <summary>The last AppendEntries that the leader of a term has sent; 0 if none.</summary>
    public long LastSent(SimulatedNode leader, long term) => Find(leader, term)?.LastSent ?? 0;

    /// <summary>A node has answered a linearizable read of its own, and has led one term since before the call.</summary>
    public string? OnReadAnswered(SimulatedNode node, in ReadOfLeader read) =>
        Find(node, read.Term) is { } leadership ? Judge(node, leadership, read.SentBefore, "it was asked") : null;

    /// <summary>
    /// The first arrival of a request counts: the leader may answer a repetition with the round that the first one started. A request
    /// that is older than the latest one is late: its node does not wait for the answer any more.
    /// </summary>
    private static void Note(Leadership leadership, ReadIndexRequestMessage request)
    {
        if (!leadership.Requests.TryGetValue(request.From, out AskedRequest latest) || request.Moment > latest.Moment)
        {
            leadership.Requests[request.From] = new AskedRequest(request.Correlation, request.Moment, leadership.LastSent);
        }
    }

    private string? Judge(SimulatedNode node, Leadership leadership, long sentBefore, string asked)
    {
        NodeId[] confirming =
        [
            node.Id,
            .. leadership.Answered.Where(answer => answer.Value > sentBefore).Select(static answer => answer.Key),
        ];
        return quorum.IsReachedBy(confirming)
            ? null
            : $"{node.Id} leads term {leadership.Term} and names a read index, confirmed only by {string.Join(", ", confirming)} "
                + $"since {asked}.";
    }

    private Leadership? Find(SimulatedNode node, long term) =>
        _leaders.TryGetValue(node.Id, out Leadership? leadership) && leadership.Life == node.Current && leadership.Term == term
            ? leadership
            : null;

    private Leadership Begin(SimulatedNode node, long term) => _leaders[node.Id] = new Leadership(node.Current, term);
}
