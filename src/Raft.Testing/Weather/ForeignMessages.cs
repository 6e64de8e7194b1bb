namespace Raft.Testing;

/// <summary>
/// Messages of another cluster of the same name, whose members have the ids of this one's: what arrives when nodes were set up with
/// differing members. All of them claim something that would do harm if it were believed.
/// </summary>
internal sealed class ForeignMessages(SimulatedCluster cluster, SeededRandom random)
{
    private const long FarAhead = 1_000_000;

    private readonly MessageOrigin _origin = OriginOf(cluster);
    private readonly ClusterIdentity _own = IdentityOf(cluster, cluster.NodeIds);

    /// <summary>Whether the network will still deliver a message of another cluster, be it one of these or of a node that ran.</summary>
    public bool AreUnderWay => cluster.Network.IsCarrying(message => message.Origin.Identity is { } identity && identity != _own);

    /// <summary>Sends one to a random node that runs.</summary>
    public void Send()
    {
        SimulatedNode[] running = [.. cluster.Nodes.Where(static node => node.IsRunning)];
        if (running.Length == 0)
        {
            return;
        }

        SimulatedNode to = running[random.Next(running.Length)];
        NodeId from = cluster.NodeIds[random.Next(cluster.NodeIds.Count)];
        cluster.Intrude(Draw(from == to.Id ? new NodeId("stranger") : from, to));
    }

    private RaftMessage Draw(NodeId from, SimulatedNode to)
    {
        long last = to.Situation.LastIndex;
        // The term of the node, where a vote or an acknowledgement would count, or one that nobody here will reach.
        long term = random.Chance(0.5) ? Math.Max(1, to.Situation.Term) : FarAhead + random.Next(1_000);
        return random.Next(6) switch
        {
            0 => new RequestVoteMessage
            {
                From = from,
                To = to.Id,
                Origin = _origin,
                Term = term,
                LastLogIndex = FarAhead,
                LastLogTerm = term,
                IsPreVote = random.Chance(0.3),
            },
            1 => new RequestVoteReplyMessage { From = from, To = to.Id, Origin = _origin, Term = term, VoteGranted = true },
            2 => new AppendEntriesMessage
            {
                From = from,
                To = to.Id,
                Origin = _origin,
                Term = term,
                PrevLogIndex = 0,
                PrevLogTerm = 0,
                Entries = new[] { new LogEntry(term, EntryKind.Command, "foreign"u8.ToArray(), SimulatedClock.Origin) },
                LeaderCommit = last,
            },
            3 => new AppendEntriesReplyMessage
            {
                From = from,
                To = to.Id,
                Origin = _origin,
                Term = term,
                Success = true,
                PrevLogIndex = last,
                LastIndex = last,
            },
            4 => new TimeoutNowMessage
            {
                From = from,
                To = to.Id,
                Origin = _origin,
                Term = term,
                LastLogIndex = last,
                LastLogTerm = to.Situation.Term,
            },
            _ => new IdentityRefusalMessage { From = from, To = to.Id, Origin = _origin, Term = term },
        };
    }

    private static MessageOrigin OriginOf(SimulatedCluster cluster) =>
        new(ClusterIdOf(cluster), IdentityOf(cluster, [.. cluster.NodeIds, new NodeId("stranger")]));

    private static ClusterIdentity IdentityOf(SimulatedCluster cluster, IEnumerable<NodeId> members) =>
        ClusterIdentityHash.Compute(ClusterIdOf(cluster), members);

    private static string ClusterIdOf(SimulatedCluster cluster) =>
        cluster.Nodes.First(static node => node.Current is not null).Options.ClusterId;
}
