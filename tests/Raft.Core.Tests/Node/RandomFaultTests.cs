using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Faults of all kinds at random moments. The cluster checks itself after every step; here is what must hold at the end.</summary>
public sealed class RandomFaultTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(7, 2)]
    [InlineData(8, 1)]
    public void Cluster_UnderFaultsOfAllKinds_RecoversAndLeavesNoCallerWaiting(ulong seed, int nodes)
    {
        SimulatedCluster cluster = new(nodes, seed, options => options.MaximumCachedEntries = 16);
        SeededRandom random = cluster.World.Random;
        cluster.Start();
        for (int i = 0; i < 200; i++)
        {
            NodeId id = cluster.NodeIds[random.Next(nodes)];
            switch (random.Next(12))
            {
                case 0 when cluster[id].IsRunning:
                    cluster.Crash(id, random.Next(cluster[id].Store.UnderWay + 1));
                    break;
                case 1 when cluster[id].IsRunning:
                    cluster.Stop(id);
                    break;
                case 2:
                    cluster.Network.Isolate(id);
                    break;
                case 3:
                    cluster.Network.CutOneWay(id, cluster.NodeIds[random.Next(nodes)]);
                    break;
                case 4:
                    cluster.Network.Conditions.DropRate = random.Next(3) * 0.1;
                    cluster.Network.Conditions.DuplicateRate = random.Next(3) * 0.1;
                    cluster.Network.Conditions.ReorderRate = random.Next(3) * 0.1;
                    break;
                case 5 or 6:
                    cluster.Network.Heal();
                    cluster.Start();
                    break;
                default:
                    if (cluster[id].IsRunning)
                    {
                        cluster.Submit($"string {i}", id);
                    }

                    break;
            }

            cluster.World.RunFor(TimeSpan.FromMilliseconds(random.Next(150)));
        }

        cluster.Network.Heal();
        cluster.Network.Conditions.DropRate = 0;
        cluster.Start();
        cluster.Propose("the end");
        cluster.Settle();

        Assert.All(cluster.Nodes, node => Assert.Equal(cluster.Agreed, node.Log));
        Assert.Equal("the end", cluster.Agreed[^1]);
        cluster.CheckRefusals();
        cluster.World.RunUntilIdle();
        Assert.All(cluster.Nodes, node => Assert.Equal(0, node.Raft.LiveCalls));
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("dispose")]
    [InlineData("disk")]
    [InlineData("state machine")]
    public void Node_ThatEndsAtAnyMoment_LeavesNoCallerWaiting(string how)
    {
        for (int steps = 0; steps < 40; steps++)
        {
            Lab lab = new((ulong)steps);
            Fragile machine = new();
            LabNode node = lab.Node(machine: machine, configure: options => options.MaximumCachedEntries = 3);
            List<Task> calls = [];
            if (steps % 3 == 0)
            {
                // Opens the store before the run.
                calls.Add(node.Raft.RequestVoteAsync(3, "n2", 0, 0, TestContext.Current.CancellationToken).AsTask());
            }

            node.Run();
            for (int i = 0; i < steps; i++)
            {
                calls.Add(Call(lab, node, i));
                lab.World.Step();
            }

            switch (how)
            {
                case "stop":
                    node.RequestStop();
                    break;
                case "dispose":
                    calls.Add(node.Raft.DisposeAsync().AsTask());
                    break;
                case "disk":
                    node.Store.FailNext(new IOException("Disk on fire."));
                    calls.Add(node.Raft.AppendEntriesAsync(99, "n3", 0, 0, [], 0, TestContext.Current.CancellationToken).AsTask());
                    break;
                default:
                    lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);
                    calls.Add(node.Propose("bad"));
                    break;
            }

            for (int i = 0; i < 20; i++)
            {
                calls.Add(Call(lab, node, i));
                lab.World.Step();
            }

            lab.World.RunUntil(() => !node.IsRunning);
            node.AssertNoCallerWaits();
            Assert.All(calls, call => Assert.True(call.IsCompleted));
            Assert.Equal(how is "stop" or "dispose", node.Running!.IsCompletedSuccessfully);
        }
    }

    private static Task Call(Lab lab, LabNode node, int number) => lab.World.Random.Next(7) switch
    {
        0 => node.Raft.ReadAsync<Fragile, int>(machine => machine.Applied.Count, ReadConsistency.Local, CancellationToken.None).AsTask(),
        1 => node.Raft.WaitForLeaderAsync(CancellationToken.None).AsTask(),
        2 => node.Raft.WaitForLeadershipAsync(CancellationToken.None).AsTask(),
        3 => ReadLogAsync(node),
        4 => node.Raft.RequestVoteAsync(1, "n2", 0, 0, CancellationToken.None).AsTask(),
        _ => node.Propose($"string {number}"),
    };

    private static async Task ReadLogAsync(LabNode node)
    {
        await foreach (LogEntry entry in node.Raft.ReadLogAsync(cancellationToken: CancellationToken.None))
        {
            Assert.True(entry.Term > 0);
        }
    }
}
