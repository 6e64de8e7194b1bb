namespace Raft.Tests.Node;

/// <summary>What members of a cluster say about themselves that were set up like the nodes of a <see cref="Lab"/>.</summary>
internal static class Origins
{
    /// <summary>A member of cluster raft, whose first members are n1, n2, ...</summary>
    public static MessageOrigin Of(int members = 3, string clusterId = "raft") => new(
        clusterId,
        ClusterIdentityHash.Compute(clusterId, Enumerable.Range(1, members).Select(static number => new NodeId($"n{number}"))));
}
