namespace Raft.Testing.Tests.Rules;

/// <summary>Three nodes that do not run, with disks that a test writes by hand: enough for a rule to judge.</summary>
internal sealed class RuleLab
{
    private readonly SimulatedCluster _cluster = new(nodes: 3);

    public RuleLab()
    {
        foreach (SimulatedNode node in Nodes)
        {
            node.StoreEvents.Writing = null; // the rules of the cluster do not judge what a test writes
            ((SimulatedLogStore)node.Storage.LogStore).SynchronousRate = 1;
            _cluster.World.Run(node.Store.OpenAsync("simulated", node.Id, CancellationToken.None));
        }
    }

    public SimulatedNode[] Nodes => [.. _cluster.Nodes];

    public SimulatedNode this[string id] => _cluster[id];

    public static NodeSituation Situation(
        RaftRole role = RaftRole.Follower, long term = 1, long last = 0, long commit = 0, long applied = 0) =>
        new(role, term, last, commit, applied);

    /// <summary>Entries of these terms.</summary>
    public static LogEntry[] Entries(params long[] terms) =>
        [.. terms.Select(term => new LogEntry(term, EntryKind.Command, new byte[] { 1 }, DateTimeOffset.UnixEpoch))];

    /// <summary>The term of a node that belongs to the simulated cluster.</summary>
    public static HardState Belonging(long term) => new(term, null) { Identity = Origins.Simulated.Identity };

    /// <summary>Three nodes that run; n1 leads them, and all have the same log.</summary>
    public static SimulatedCluster NewCluster()
    {
        SimulatedCluster cluster = new(nodes: 3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("a");
        cluster.Settle();
        return cluster;
    }

    /// <summary>Writes durably.</summary>
    public void Write(string id, HardState? hardState, long firstIndex, params long[] terms) =>
        _cluster.World.Run(this[id].Store.WriteAsync(new LogWrite(hardState, firstIndex, Entries(terms))));

    /// <summary>Writes, and the disk does not get to it.</summary>
    public void WriteInMemory(string id, HardState? hardState, long firstIndex, params long[] terms)
    {
        this[id].Storage.Hold();
        _ = this[id].Store.WriteAsync(new LogWrite(hardState, firstIndex, Entries(terms))).AsTask();
    }
}
