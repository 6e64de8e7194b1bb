namespace Raft.Transport.Tcp.Tests;

/// <summary>Whole nodes over TCP.</summary>
public sealed class ClusterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-tcp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ThreeNodes_WithFileStorage_ElectAndCommit()
    {
        LoopbackNetwork loopback = new();
        RaftNodeOptions options = new()
        {
            Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"],
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(300),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(600),
        };
        RaftNode[] nodes = [.. options.Members.Select(member => new RaftNode(member.NodeId, options: options, ports: new RaftNodePorts
        {
            Transport = new TestProcess(loopback).Network.CreateTransport(),
            LogStore = new FileStorage(Path.Combine(_folder, member.Id)),
        }))];
        using CancellationTokenSource stop = new();
        Task running = Task.WhenAll(nodes.Select(node => node.RunAsync(stop.Token)));

        NodeId leaderId = await nodes[0].WaitForLeaderAsync(TestContext.Current.CancellationToken);
        RaftNode leader = nodes.Single(node => node.Id == leaderId);
        for (int i = 0; i < 100; i++)
        {
            await leader.ProposeAsync($"command {i}", TestContext.Current.CancellationToken);
        }

        long last = leader.Status.CommitIndex;
        await Wait.UntilAsync(() => nodes.All(node => node.Status.AppliedIndex >= last), "all nodes have applied all commands");
        Assert.All(nodes, static node => Assert.Empty(node.Status.TransportProblems));
        await stop.CancelAsync();
        await Wait.OrFailAsync(running, "the nodes stop");
    }
}
