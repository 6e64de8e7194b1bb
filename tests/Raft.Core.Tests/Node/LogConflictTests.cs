using Raft.Testing;

namespace Raft.Tests.Node;

public sealed class LogConflictTests
{
    [Fact]
    public void OldLeadersUncommittedEntries_AreReplacedByTheNewLeaders()
    {
        SimulatedCluster cluster = new(3);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("common");
        cluster.Settle();
        cluster.Network.Isolate("n1");
        cluster.Submit("lost 1", "n1");
        cluster.Submit("lost 2", "n1");
        cluster.Submit("lost 3", "n1");
        cluster.World.RunFor(TimeSpan.FromMilliseconds(20));
        long conflictFrom = cluster["n1"].Status.CommitIndex + 1;
        Assert.Equal(conflictFrom + 2, cluster["n1"].Status.LastIndex);

        cluster.Elect("n2");
        cluster.Propose("kept");
        cluster.Network.Heal();
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(["common", "kept"], node.Log));
        Assert.Equal(LogOf(cluster, "n2"), LogOf(cluster, "n1"));
        cluster.CheckRefusals();
    }

    [Fact]
    public void LogsOfSeveralDeposedLeaders_AreAllRepaired()
    {
        SimulatedCluster cluster = new(5, seed: 11);
        cluster.Start();
        foreach (string leader in new[] { "n1", "n2", "n3" })
        {
            cluster.Elect(leader);
            cluster.Network.Isolate(leader);
            for (int i = 0; i < 10; i++)
            {
                cluster.Submit($"{leader} {i}", leader);
            }

            cluster.World.RunFor(TimeSpan.FromMilliseconds(20)); // reaches its own disk only
            cluster.Crash(leader);
            cluster.Network.Heal();
            if (leader != "n3")
            {
                cluster.Start(leader);
            }
        }

        cluster.Start("n3");
        cluster.Propose("agreed");
        cluster.Settle();

        (long, string)[] log = LogOf(cluster, "n1");
        Assert.All(cluster.NodeIds, id => Assert.Equal(log, LogOf(cluster, id)));
    }

    [Fact]
    public void FollowerThatMissedMuch_CatchesUpFromTheLeadersStore()
    {
        SimulatedCluster cluster = new(3, configure: options => options.MaximumCachedEntries = 8);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Crash("n3");
        for (int i = 0; i < 200; i++)
        {
            cluster.Submit($"string {i}", "n1");
        }

        cluster.Settle();
        cluster.Start("n3");
        cluster.Settle();

        Assert.Equal(200, cluster.LogOf("n3").Count);
    }

    private static (long, string)[] LogOf(SimulatedCluster cluster, NodeId id)
    {
        List<(long, string)> log = [];
        IAsyncEnumerator<LogEntry> entries =
            cluster[id].Raft.ReadLogAsync(cancellationToken: CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        while (cluster.World.Run(entries.MoveNextAsync()))
        {
            log.Add((entries.Current.Term, Lab.Text(entries.Current)));
        }

        return [.. log];
    }
}
