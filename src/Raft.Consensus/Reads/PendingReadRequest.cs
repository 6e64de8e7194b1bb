namespace Raft.Consensus;

/// <summary>The request for a read index that this node has sent to a leader, and that is not answered yet.</summary>
/// <param name="Leader">The leader that was asked.</param>
/// <param name="Term">The term that it leads.</param>
/// <param name="Number">The number of the request.</param>
/// <param name="SentAt">When it was sent for the first time.</param>
/// <param name="Through">The last read of this node that it covers.</param>
/// <param name="RepeatAt">When it is sent again.</param>
internal readonly record struct PendingReadRequest(
    NodeId Leader, long Term, long Number, TimeSpan SentAt, long Through, TimeSpan RepeatAt)
{
    /// <summary>
    /// Whether a message answers this request, and not an earlier one of this node, one of its earlier runs, or one to another leader.
    /// </summary>
    public bool IsAnsweredBy(ReadIndexReplyMessage reply) =>
        reply.From == Leader && reply.Term == Term && reply.Correlation == Number && reply.Moment == SentAt.Ticks;
}
