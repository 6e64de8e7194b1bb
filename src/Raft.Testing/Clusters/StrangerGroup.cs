using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// Nodes that were set up with the cluster's id and other members, so that they belong to another cluster of the same name. They send
/// to the nodes of the cluster that they list, and must accept nothing from them.
/// </summary>
internal sealed class StrangerGroup
{
    private readonly SimulatedClusterBase _cluster;
    private readonly SimulatedNode[] _nodes;

    /// <summary>Starts the nodes.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="listed">The nodes of the cluster that they list as members, in addition to themselves.</param>
    /// <param name="numbers">Their numbers: each id is used once.</param>
    /// <param name="options">Makes the options of a node of the cluster.</param>
    public StrangerGroup(SimulatedClusterBase cluster, IEnumerable<NodeId> listed, IEnumerable<int> numbers, Func<RaftNodeOptions> options)
    {
        _cluster = cluster;
        NodeId[] ids = [.. numbers.Select(static number => new NodeId(string.Create(CultureInfo.InvariantCulture, $"stranger{number}")))];
        RaftMember[] members = [.. listed.Concat(ids).Select(cluster.MemberOf)];
        LogAgreement agreement = new(broken => cluster.Require(false, broken));
        _nodes = [.. ids.Select(id => new SimulatedNode(
            id, cluster.World, agreement, () => OptionsWith(members), transports: cluster.Transports))];
        foreach (SimulatedNode node in _nodes)
        {
            node.Start();
        }

        RaftNodeOptions OptionsWith(RaftMember[] own)
        {
            RaftNodeOptions made = options();
            (made.Members, made.FirstConfiguration) = (own, null);
            return made;
        }
    }

    /// <summary>Ends the nodes. What they have sent is still delivered.</summary>
    public void End()
    {
        foreach (SimulatedNode node in _nodes)
        {
            node.Crash(survivingWrites: 0);
        }
    }

    /// <summary>Checks that none has failed, or accepts a node of the cluster as its leader or candidate.</summary>
    public void Check()
    {
        foreach (SimulatedNode node in _nodes)
        {
            _cluster.Require(node.Failure is null, $"A node failed: {node.Id}, of another identity: {node.Failure?.Message}");
            PublishedStatus status = node.Raft.PublishedStatus;
            if ((status.Leader ?? status.VotedFor) is { } other && _cluster.NodeIds.Contains(other))
            {
                _cluster.Require(false, $"One identity is broken: {node.Id} follows {other} or has voted for it.");
            }
        }
    }
}
