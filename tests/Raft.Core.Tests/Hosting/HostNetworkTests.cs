using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Raft.Tests.Hosting;

/// <summary>The in-process networks of a host: one of each kind for each cluster.</summary>
public sealed class HostNetworkTests
{
    private static readonly string[] Ids = ["n1", "n2", "n3"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ThreeNodesOfAHost_ElectOneAndReplicate(bool channels)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        AddCluster(builder.Services, node => channels ? node.UseChannelTransport() : node.UseInMemoryTransport());
        using IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());

        NodeId leader = await host.Services.Node("n1").WaitForLeaderAsync(InMemoryHost.Patience());
        Committed committed = await host.Services.Node(leader.Value).ProposeAsync("one", InMemoryHost.Patience());

        foreach (string id in Ids)
        {
            await host.Services.Node(id).UntilAsync(status => status.AppliedIndex >= committed.Index);
            Assert.Equal(["one"], host.Services.GetRequiredKeyedService<StringLog>(id).Entries);
        }

        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task NetworkThatTheProgramRegistered_IsTheOneThatNodesJoin()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        ChannelNetwork network = new();
        builder.Services.AddSingleton(network);
        AddCluster(builder.Services, node => node.UseChannelTransport());
        using IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());

        await host.Services.Node("n1").WaitForLeaderAsync(InMemoryHost.Patience());

        Assert.True(network.Statistics.Sent > 0);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task TwoClusters_WithTheSameNodeIds_ExchangeNoMessages()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        AddCluster(builder.Services, node => node.UseChannelTransport(), "a", "orders");
        AddCluster(builder.Services, node => node.UseChannelTransport(), "b", "invoices");
        using IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());

        foreach ((string prefix, string other) in new[] { ("a", "b"), ("b", "a") })
        {
            NodeId leader = await host.Services.Node(prefix + "n1").WaitForLeaderAsync(InMemoryHost.Patience());
            Committed committed = await host.Services.Node(prefix + leader.Value).ProposeAsync(prefix, InMemoryHost.Patience());
            foreach (string id in Ids)
            {
                await host.Services.Node(prefix + id).UntilAsync(status => status.AppliedIndex >= committed.Index);
                Assert.Equal([prefix], host.Services.GetRequiredKeyedService<StringLog>(prefix + id).Entries);
                Assert.DoesNotContain(prefix, host.Services.GetRequiredKeyedService<StringLog>(other + id).Entries);
            }
        }

        await host.StopAsync(InMemoryHost.Patience());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GivenNetwork_JoinsTwoHosts(bool channels)
    {
        ChannelNetwork channelNetwork = new();
        InMemoryNetwork inMemoryNetwork = new();
        IHost[] hosts = [.. new[] { "n1", "n2" }.Select(id =>
        {
            HostApplicationBuilder builder = InMemoryHost.Builder();
            IRaftNodeBuilder node = builder.Services.AddRaftNode(id, Quick("n1", "n2"));
            _ = channels ? node.UseChannelTransport(channelNetwork) : node.UseInMemoryTransport(inMemoryNetwork);
            return builder.Build();
        })];
        foreach (IHost host in hosts)
        {
            await host.StartAsync(InMemoryHost.Patience());
        }

        NodeId leader = await hosts[0].Services.Node().WaitForLeaderAsync(InMemoryHost.Patience());
        NodeId same = await hosts[1].Services.Node().WaitForLeaderAsync(InMemoryHost.Patience());

        Assert.Contains(leader.Value, new[] { "n1", "n2" });
        Assert.Contains(same.Value, new[] { "n1", "n2" });
        foreach (IHost host in hosts)
        {
            await host.StopAsync(InMemoryHost.Patience());
            host.Dispose();
        }
    }

    [Fact]
    public async Task GivenNetwork_IsNotAServiceOfTheHost()
    {
        ServiceCollection services = new();
        services.AddRaftNode("n1", Quick("n1")).UseChannelTransport(new ChannelNetwork());
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Null(provider.GetService<ChannelNetwork>()); // another one would mislead a test that injects faults
    }

    [Fact]
    public async Task OnlyCluster_ItsNetworksAreServices()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        AddCluster(builder.Services, node => node.UseChannelTransport());
        using IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        ChannelNetwork network = host.Services.GetRequiredService<ChannelNetwork>();

        await host.Services.Node("n1").WaitForLeaderAsync(InMemoryHost.Patience());

        Assert.NotEqual(0, network.Statistics.Delivered); // it is the one that they use
        Assert.NotNull(host.Services.GetService<InMemoryNetwork>());
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task TwoClusters_TheirNetworkRequested_SaysWhatToDo()
    {
        ServiceCollection services = new();
        AddCluster(services, node => node.UseChannelTransport(), "a", "orders");
        AddCluster(services, node => node.UseInMemoryTransport(), "b", "invoices");
        await using ServiceProvider provider = services.BuildServiceProvider();

        Func<object>[] requests = [provider.GetRequiredService<ChannelNetwork>, provider.GetRequiredService<InMemoryNetwork>];
        foreach (Func<object> request in requests)
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(request);
            Assert.StartsWith(
                "The Raft nodes of this host belong to several clusters, and each cluster has its own network: "
                + "no single one can be injected.",
                error.Message,
                StringComparison.Ordinal);
        }
    }

    private static void AddCluster(
        IServiceCollection services, Func<IRaftNodeBuilder, IRaftNodeBuilder> connect, string prefix = "", string clusterId = "raft")
    {
        foreach (string id in Ids)
        {
            connect(services.AddRaftNode(prefix + id, options =>
            {
                Quick(Ids)(options);
                (options.NodeId, options.ClusterId) = (id, clusterId);
            }));
        }
    }

    /// <summary>In real time, since no test here depends on how long it takes.</summary>
    private static Action<RaftNodeOptions> Quick(params string[] members) => options =>
    {
        options.Members = [.. members.Select(static id => new RaftMember(id))];
        options.MinimumElectionTimeout = TimeSpan.FromMilliseconds(200);
        options.MaximumElectionTimeout = TimeSpan.FromMilliseconds(600);
    };
}
