namespace Raft.Transport.Tcp.Tests;

/// <summary>Whole nodes over TCP.</summary>
public sealed class ClusterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("raft-tcp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task ThreeNodes_WithFileStorage_ElectAndCommit() =>
        CommitAsync(new LoopbackNetwork(), TimeSpan.FromMilliseconds(300), commands: 100, bytes: 20);

    /// <summary>Everything arrives 20 ms later for each 7 KB, and at most 400 KB pass in a second.</summary>
    [Fact]
    public async Task ThreeNodes_OverLinksThatDelayAndThrottle_CommitLargeCommands()
    {
        LoopbackNetwork loopback = new();
        TestProxy[] proxies = [.. new[] { "localhost:1", "localhost:2", "localhost:3" }.Select(address =>
        {
            TestProxy proxy = new(() => loopback.FindRealAddress(address)) { Delay = TimeSpan.FromMilliseconds(20), BytesPerSecond = 400_000 };
            loopback.Divert(address, proxy.Address);
            return proxy;
        })];

        await CommitAsync(loopback, TimeSpan.FromSeconds(1), commands: 5, bytes: 60_000);

        Assert.True(proxies.Sum(static proxy => proxy.Connections) >= 2, "The nodes have not used the links.");
        Array.ForEach(proxies, static proxy => proxy.Dispose());
    }

    private async Task CommitAsync(LoopbackNetwork loopback, TimeSpan electionTimeout, int commands, int bytes)
    {
        RaftNodeOptions options = new()
        {
            Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"],
            MinimumElectionTimeout = electionTimeout,
            MaximumElectionTimeout = 2 * electionTimeout,
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
        for (int i = 0; i < commands; i++)
        {
            await leader.ProposeAsync($"command {i}".PadRight(bytes), TestContext.Current.CancellationToken);
        }

        long last = leader.Status.CommitIndex;
        await Wait.UntilAsync(() => nodes.All(node => node.Status.AppliedIndex >= last), "all nodes have applied all commands");
        Assert.All(nodes, static node => Assert.Empty(node.Status.TransportProblems));
        await stop.CancelAsync();
        await Wait.OrFailAsync(running, "the nodes stop");
    }
}
