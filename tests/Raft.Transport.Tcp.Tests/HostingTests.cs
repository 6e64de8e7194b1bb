using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Nodes of a host.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task Nodes_OfOneHost_ShareANetwork_AndCommit()
    {
        HostApplicationBuilder builder = CreateBuilder([]);
        foreach (string name in new[] { "n1", "n2", "n3" })
        {
            builder.Services.AddRaftNode(name, raft =>
            {
                raft.Members = ["n1=localhost:1", "n2=localhost:2", "n3=localhost:3"];
                raft.AllowVolatileStorage = true;
            }).UseTcpTransport(static tcp => tcp.Listen = "127.0.0.1:0");
        }

        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        RaftNode[] nodes = [.. new[] { "n1", "n2", "n3" }.Select(name => host.Services.GetRequiredKeyedService<RaftNode>(name))];

        NodeId leader = await nodes[0].WaitForLeaderAsync(TestContext.Current.CancellationToken);
        Committed committed = await nodes.Single(node => node.Id == leader).ProposeAsync("x", TestContext.Current.CancellationToken);

        Assert.True(committed.Index > 0);
        Assert.Same(host.Services.GetRequiredService<TcpNetwork>(), host.Services.GetRequiredService<TcpNetwork>());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Members_WithAddresses_AndOptions_ComeFromTheConfiguration()
    {
        HostApplicationBuilder builder = CreateBuilder(new Dictionary<string, string?>
        {
            ["Raft:Members:0"] = "n1=localhost:1",
            ["Raft:Members:1"] = "n2=localhost:2",
            ["Raft:AllowVolatileStorage"] = "true",
            ["Raft:Tcp:Listen"] = "127.0.0.1:0",
            ["Raft:Tcp:MaximumFrameBytes"] = "2097152",
        });
        builder.Services.AddRaftNode("n1").UseTcpTransport();
        using IHost host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        RaftNode node = host.Services.GetRequiredKeyedService<RaftNode>("n1");
        Assert.Equal("localhost:2", node.Status.Members.Single(static member => member.Id == "n2").Address);
        TcpHub hub = host.Services.GetRequiredService<TcpNetwork>().Hub;
        Assert.Equal(2_097_152, hub.Options.MaximumFrameBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(500), hub.Limits.Delay); // half of the shortest election timeout
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Status_SaysWhichMemberCannotBeReached_AndWhy()
    {
        HostApplicationBuilder builder = CreateBuilder([]);
        builder.Services.AddRaftNode("n1", static raft =>
        {
            raft.Members = ["n1=localhost:1", "n2=no address"];
            raft.AllowVolatileStorage = true;
            raft.MinimumElectionTimeout = TimeSpan.FromMilliseconds(50);
            raft.MaximumElectionTimeout = TimeSpan.FromMilliseconds(100);
        }).UseTcpTransport(static tcp => tcp.Listen = "127.0.0.1:0");
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        RaftNode node = host.Services.GetRequiredKeyedService<RaftNode>("n1");

        await Wait.UntilAsync(() => node.Status.TransportProblems.Count > 0, "the problem is known");

        TransportProblem problem = Assert.Single(node.Status.TransportProblems);
        Assert.Equal("n2", problem.Member);
        Assert.Contains("'no address' is not an address", problem.Description, StringComparison.Ordinal);
        Assert.Contains($"; n2: {problem.Description}", node.Status.Explanation, StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_WithMessagesLargerThanFrames_IsRefused()
    {
        HostApplicationBuilder builder = CreateBuilder([]);
        builder.Services.AddRaftNode("n1", static raft =>
        {
            raft.Members = ["n1=localhost:1", "n2=localhost:2"];
            raft.AllowVolatileStorage = true;
            raft.MaximumCommandBytes = 64 << 20;
        }).UseTcpTransport();
        using IHost host = builder.Build();

        Exception refusal = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("MaximumCommandBytes", refusal.ToString(), StringComparison.Ordinal);
    }

    private static HostApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        return builder;
    }
}
