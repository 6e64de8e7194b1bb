namespace Raft.Testing.Tests;

/// <summary>What nodes of test clusters say about themselves with their messages.</summary>
internal static class Origins
{
    /// <summary>What a node of a <see cref="SimulatedCluster"/> says, whose first members are n1, n2, ...</summary>
    public static MessageOrigin Simulated { get; } = Of("simulated");

    /// <summary>What a member of another cluster says.</summary>
    /// <param name="clusterId">The name of the cluster.</param>
    /// <param name="members">The number of its first members.</param>
    public static MessageOrigin Of(string clusterId, int members = 3) => new(
        clusterId,
        ClusterIdentityHash.Compute(clusterId, Enumerable.Range(1, members).Select(static number => new NodeId($"n{number}"))));
}
