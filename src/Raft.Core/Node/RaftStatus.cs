namespace Raft;

/// <summary>What a node is and knows at one moment; all parts belong together.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Role">What it is at the moment.</param>
/// <param name="Term">Its current term (Figure 2's <c>currentTerm</c>).</param>
/// <param name="VotedFor">Who has its vote in that term (<c>votedFor</c>).</param>
/// <param name="Leader">The leader of the term, as far as the node knows.</param>
/// <param name="FirstIndex">Index of the first entry that its log holds.</param>
/// <param name="LastIndex">Index of its last entry; <paramref name="FirstIndex"/> - 1 if there is none.</param>
/// <param name="CommitIndex">The highest entry it knows to be committed (<c>commitIndex</c>).</param>
/// <param name="AppliedIndex">The highest entry applied to its state machine (<c>lastApplied</c>).</param>
/// <param name="Members">The members of the cluster.</param>
/// <param name="Explanation">The situation in a sentence for people: who leads, or why nobody does and what is needed.</param>
/// <param name="Failure">Why the node failed; null unless <paramref name="Role"/> is <see cref="RaftRole.Failed"/>.</param>
public sealed record RaftStatus(
    NodeId NodeId,
    RaftRole Role,
    long Term,
    NodeId? VotedFor,
    NodeId? Leader,
    long FirstIndex,
    long LastIndex,
    long CommitIndex,
    long AppliedIndex,
    IReadOnlyList<RaftMember> Members,
    string Explanation,
    Exception? Failure)
{
    /// <summary>The members that the node has heard from within the longest election timeout, itself included. A follower hears from its leader and hardly from anybody else, so ask the leader who is up.</summary>
    public IReadOnlyList<RaftMember> Reachable { get; init; } = [];

    /// <summary>The last entry that the node's latest snapshot includes (section 7); 0 if it has none.</summary>
    public long SnapshotIndex { get; init; }

    /// <summary>The status in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() =>
        $"{NodeId}: {Role}, term {Term}, voted for {VotedFor?.Value ?? "nobody"}, leader {Leader?.Value ?? "unknown"}, log {FirstIndex} to {LastIndex}, "
        + $"committed {CommitIndex}, applied {AppliedIndex}, members {string.Join(", ", Members.Select(static member => member.Id))}; {Explanation}";
}
