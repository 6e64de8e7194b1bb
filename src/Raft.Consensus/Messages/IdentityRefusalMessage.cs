using Raft.Consensus;

namespace Raft;

/// <summary>
/// The answer to a request from a node of another identity. It changes nothing at either node: both report that they were set up
/// differently.
/// </summary>
public sealed record IdentityRefusalMessage : RaftMessage
{
    /// <summary>The ids of the first members that the sender knows, ordered; empty if it no longer knows them.</summary>
    public IReadOnlyList<NodeId> FirstMembers { get; init; } = NodeSet.Empty;
}
